namespace Ironhull.Diagnostics;

/// <summary>HULL4xxx: image definitions and locks.</summary>
public static class DefinitionErrors
{
}
