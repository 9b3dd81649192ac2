using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Ironhull.Machines.Tests")]
