using Ironhull.Provisioning.Tests.Engine;
using Ironhull.Provisioning.Tests.Engine.Disks;
using Ironhull.Provisioning.Tests.Merging;
using Ironhull.Provisioning.Tests.Stages;
using Ironhull.Provisioning.Tests.Validation;

namespace Ironhull.Provisioning.Tests.Cases;

/// <summary>Every row of every table of cases.</summary>
internal static class CaseTables
{
    /// <summary>All rows.</summary>
    public static IReadOnlyList<TableCase> All { get; } =
    [
        .. ConfigCases.All.Select(c => new TableCase(TableCase.SectionOf(c.Name), CaseKind.Config, c.Name, c.Since, c.Until, c.Expect.Contains("error ", StringComparison.Ordinal))),
        .. MergeTests.Rows, .. PartitionPlanTests.Rows, .. VolumeTableTests.Rows, .. DisksStageTests.Rows, .. FilesStageTests.Rows, .. KernelArgumentsTests.Rows, .. FailingStageTests.Rows,
    ];

    /// <summary>The sections, in the order of the specification.</summary>
    public static IReadOnlyList<string> Sections { get; } =
    [
        "ignition", "merge", "resource", "disks", "raid", "luks", "filesystems", "files", "directories", "links", "systemd", "passwd", "kernelArguments", "stages",
    ];
}
