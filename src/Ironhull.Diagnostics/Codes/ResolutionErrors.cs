namespace Ironhull.Diagnostics;

/// <summary>HULL3xxx: dependency resolution.</summary>
public static class ResolutionErrors
{
}
