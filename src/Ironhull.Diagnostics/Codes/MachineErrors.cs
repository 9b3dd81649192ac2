namespace Ironhull.Diagnostics;

/// <summary>HULL7xxx: machines and acceptance tests.</summary>
public static class MachineErrors
{
}
