using Ironhull.Diagnostics;

namespace Ironhull.Machines.Tests;

public sealed class ProvisionedDiskTests
{
    [Theory]
    [InlineData(false, "There is no config ")]
    [InlineData(true, "There is no addon ")]
    public async Task Make_WhatIsMissing_ReportsHULL7012(bool hasConfig, string message)
    {
        var folder = Directory.CreateTempSubdirectory("hull-test-").FullName;
        try
        {
            var config = Path.Combine(folder, "config.ign");
            if (hasConfig)
            {
                await File.WriteAllTextAsync(config, "{}");
            }

            var error = await Assert.ThrowsAsync<HullException>(() => ProvisionedDisk.MakeAsync(Path.Combine(folder, "image.raw"), config, CancellationToken.None));
            Assert.Equal("HULL7012", error.Code.Code);
            Assert.StartsWith(message, error.Diagnostics[0].Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
