using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Ironhull.Formats.Tests")]
