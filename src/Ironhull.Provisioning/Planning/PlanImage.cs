using Ironhull.Formats.Gpt;
using Ironhull.Formats.Trees;

namespace Ironhull.Provisioning.Planning;

/// <summary>The image that a plan is made for.</summary>
/// <param name="Tree">The root that a first boot starts with; <c>/usr</c> is read-only.</param>
/// <param name="Table">The partition table of the system disk.</param>
/// <param name="CommandLine">The words that the kernel is started with.</param>
public sealed record PlanImage(FileTree Tree, GptTable Table, string CommandLine);
