using System.Text;
using System.Text.Json;
using Ironhull.Diagnostics;
using Ironhull.Provisioning.Model;
using Ironhull.Provisioning.Spec;

namespace Ironhull.Provisioning.Validation;

/// <summary>Rules of RAID arrays, encrypted volumes and file systems.</summary>
internal sealed class VolumeRules(SpecVersion version, ResourceRules resources, FindingList findings)
{
    public void Check(Raid raid, string path)
    {
        var level = raid.Level ?? "";
        switch (level)
        {
            case "linear" or "raid0" or "0" or "stripe":
                if (raid.Spares is not (null or 0))
                {
                    findings.Error(ProvisioningErrors.BadRaid, "spares unsupported for linear and raid0 arrays", path, raid.Node, "level");
                }

                break;
            case "raid1" or "1" or "mirror" or "raid4" or "4" or "raid5" or "5" or "raid6" or "6" or "raid10" or "10":
                break;
            default:
                findings.Error(ProvisioningErrors.BadRaid, level.Length == 0 && version.Minor >= 3 ? "raid level is required" : "unrecognized raid level", path, raid.Node, "level");
                break;
        }

        if (raid.Devices.Count == 0)
        {
            findings.Error(ProvisioningErrors.BadRaid, "raid devices required", path, raid.Node, "devices");
        }

        for (var i = 0; i < raid.Devices.Count; i++)
        {
            if (PathRules.Wrong(raid.Devices[i]) is { } wrong)
            {
                var list = (Json.ConfigList)raid.Node["devices"]!;
                findings.Add(new(FindingLevel.Error, ProvisioningErrors.BadPath, $"{path}.devices.{i}", list.Items[i].Where, wrong));
            }
        }
    }

    public void Check(Luks luks, string path)
    {
        if (luks.Name.Contains('/', StringComparison.Ordinal))
        {
            findings.Error(ProvisioningErrors.BadLuks, "device names cannot contain slashes", path, luks.Node, "name");
        }

        if (luks.Label is { } label && Encoding.UTF8.GetByteCount(label) > 47)
        {
            findings.Error(ProvisioningErrors.BadLuks, "luks device labels cannot be longer than 47 characters", path, luks.Node, "label");
        }

        if (string.IsNullOrEmpty(luks.Device))
        {
            findings.Error(ProvisioningErrors.BadLuks, "disk device is required", path, luks.Node, "device");
        }
        else if (PathRules.Wrong(luks.Device) is { } wrong)
        {
            findings.Error(ProvisioningErrors.BadPath, wrong, path, luks.Node, "device");
        }

        if (luks.KeyFile.Source is { Length: > 0 } source && resources.WrongUrl(source) is not null)
        {
            findings.Error(ProvisioningErrors.BadLuks, "invalid key-file source", path, luks.Node, "keys");
        }

        resources.Check(luks.KeyFile, $"{path}.keyFile");
        if (luks.CexEnabled == true && luks.Clevis.IsPresent)
        {
            findings.Error(ProvisioningErrors.BadLuks, "cannot use cex with clevis", path, luks.Node, "cex");
        }

        CheckClevis(luks, path);
    }

    public void Check(Filesystem filesystem, string path)
    {
        var format = filesystem.Format ?? "";
        var wrong = format == "virtiofs" && version.Minor >= 7
            ? filesystem.Device.Length == 0 ? "device not specified" : Encoding.UTF8.GetByteCount(filesystem.Device) > 36 ? "virtiofs tags cannot be longer than 36 bytes" : null
            : PathRules.Wrong(filesystem.Device);
        if (wrong is not null)
        {
            findings.Error(ProvisioningErrors.BadPath, wrong, path, filesystem.Node, "device");
        }

        if (filesystem.Path is { Length: > 0 } mountPoint && PathRules.Wrong(mountPoint) is { } wrongPath)
        {
            findings.Error(ProvisioningErrors.BadPath, wrongPath, path, filesystem.Node, "path");
        }

        CheckFormat(filesystem, format, path);
        CheckLabel(filesystem, format, path);
        if (format == "virtiofs" && version.Minor >= 7)
        {
            CheckVirtiofs(filesystem, path);
        }
    }

    private void CheckFormat(Filesystem filesystem, string format, string path)
    {
        var known = format is "ext4" or "btrfs" or "xfs" or "vfat" or "swap" || (format == "none" && version.Minor >= 3) || (format == "virtiofs" && version.Minor >= 7);
        var alone = filesystem is { Path: null or "", Label: null or "", Uuid: null or "", WipeFilesystem: not true, MountOptions.Count: 0, Options.Count: 0 };
        if (format.Length > 0 ? !known : !alone)
        {
            findings.Error(
                ProvisioningErrors.BadFilesystem,
                format.Length > 0 ? "invalid filesystem format" : "format cannot be empty when path, label, uuid, wipeFilesystem, options, or mountOptions is specified",
                path,
                filesystem.Node,
                "format");
        }
    }

    private void CheckLabel(Filesystem filesystem, string format, string path)
    {
        if (string.IsNullOrEmpty(filesystem.Label))
        {
            return;
        }

        var longest = format switch { "ext4" => 16, "btrfs" => 256, "xfs" => 12, "swap" => 15, "vfat" => 11, _ => int.MaxValue };
        var wrong = format.Length == 0 ? "filesystem must specify format if label is specified"
            : Encoding.UTF8.GetByteCount(filesystem.Label) > longest ? $"filesystem labels cannot be longer than {longest} characters when using {format}" : null;
        if (wrong is not null)
        {
            findings.Error(ProvisioningErrors.BadFilesystem, wrong, path, filesystem.Node, "label");
        }
    }

    private void CheckVirtiofs(Filesystem filesystem, string path)
    {
        Report(filesystem.Label is { Length: > 0 }, "label");
        Report(filesystem.Uuid is { Length: > 0 }, "uuid");
        Report(filesystem.WipeFilesystem == true, "wipeFilesystem");
        Report(filesystem.Options.Count > 0, "options");

        void Report(bool isSet, string key)
        {
            if (isSet)
            {
                findings.Error(ProvisioningErrors.BadFilesystem, $"{key} is not supported for virtiofs", path, filesystem.Node, key);
            }
        }
    }

    private void CheckClevis(Luks luks, string path)
    {
        var clevis = luks.Clevis;
        var custom = clevis.Custom;
        if (custom.Pin is { Length: > 0 } && (clevis.Tang.Count > 0 || clevis.Tpm2 == true || clevis.Threshold is not (null or 0)))
        {
            findings.Error(ProvisioningErrors.BadLuks, "cannot use custom clevis config with tpm2, tang, or threshold", path, luks.Node, "clevis");
        }

        if (custom.Pin is { Length: > 0 } || custom.Config is { Length: > 0 } || custom.NeedsNetwork == true)
        {
            CheckCustom(custom, $"{path}.clevis.custom");
        }

        for (var i = 0; i < clevis.Tang.Count; i++)
        {
            CheckTang(clevis.Tang[i], $"{path}.clevis.tang.{i}");
        }
    }

    private void CheckCustom(ClevisCustom custom, string path)
    {
        if (string.IsNullOrEmpty(custom.Pin) && version.Minor >= 3)
        {
            findings.Error(ProvisioningErrors.BadLuks, "missing required custom clevis pin", path, custom.Node, "pin");
        }
        else if (custom.Pin is not ("tpm2" or "tang" or "sss") && !(custom.Pin == "trustee" && version.Minor >= 6))
        {
            findings.Error(ProvisioningErrors.BadLuks, "unsupported clevis pin", path, custom.Node, "pin");
        }

        if (string.IsNullOrEmpty(custom.Config))
        {
            findings.Error(ProvisioningErrors.BadLuks, "missing required custom clevis config", path, custom.Node, "config");
        }
    }

    private void CheckTang(Tang tang, string path)
    {
        var wrong = GoUrl.Parse(tang.Url) is not { } url ? "unable to parse url" : url.Scheme is "http" or "https" ? null : "invalid url scheme";
        if (wrong is not null)
        {
            findings.Error(ProvisioningErrors.BadUrl, wrong, path, tang.Node, "url");
        }

        if (string.IsNullOrEmpty(tang.Thumbprint))
        {
            findings.Error(ProvisioningErrors.BadLuks, "thumbprint is required", path, tang.Node, "thumbprint");
        }

        if (tang.Advertisement is { Length: > 0 } advertisement && !IsJson(advertisement))
        {
            findings.Error(ProvisioningErrors.BadLuks, "advertisement is not valid JSON", path, tang.Node, "advertisement");
        }
    }

    private static bool IsJson(string text)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
        try
        {
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
