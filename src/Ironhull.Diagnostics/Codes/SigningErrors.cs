namespace Ironhull.Diagnostics;

/// <summary>HULL6xxx: keys and signing.</summary>
public static class SigningErrors
{
}
