using Ironhull.Diagnostics;
using Ironhull.Provisioning.Model;
using Ironhull.Provisioning.Resources;
using Ironhull.Provisioning.Spec;

namespace Ironhull.Provisioning.Validation;

/// <summary>Rules of resources, URLs and hashes.</summary>
internal sealed class ResourceRules(SpecVersion version, FindingList findings)
{
    /// <summary>A resource that must have a source.</summary>
    public void CheckRequired(Resource resource, string path)
    {
        if (string.IsNullOrEmpty(resource.Source))
        {
            findings.Error(ProvisioningErrors.BadResource, "source is required", path, resource.Node);
        }

        Check(resource, path);
    }

    /// <summary>A resource that may have no source.</summary>
    public void Check(Resource resource, string path)
    {
        if (resource.Compression is not (null or "" or "gzip"))
        {
            findings.Error(ProvisioningErrors.BadResource, "invalid compression method", path, resource.Node, "compression");
        }

        if (resource.Source is { Length: > 0 } source)
        {
            CheckUrl(source, path, resource.Node, "source");
        }

        CheckHeaders(resource, path);
        CheckHash(resource, $"{path}.verification");
    }

    /// <summary>A URL that contents come from.</summary>
    public void CheckUrl(string url, string path, Json.ConfigObject owner, string key)
    {
        if (WrongUrl(url) is { } wrong)
        {
            findings.Error(ProvisioningErrors.BadUrl, wrong, path, owner, key);
        }
        else if (url.StartsWith("oem:", StringComparison.OrdinalIgnoreCase) || url.StartsWith("oci:", StringComparison.OrdinalIgnoreCase))
        {
            findings.Add(new(FindingLevel.Info, ProvisioningErrors.BadUrl, $"{path}.{key}", owner.WhereIs(key), "this url scheme is not upstream's: other implementations refuse it"));
        }
    }

    /// <summary>What is wrong with a URL that contents come from, or null.</summary>
    public string? WrongUrl(string url)
    {
        if (GoUrl.Parse(url) is not { } parsed)
        {
            return "unable to parse url";
        }

        switch (parsed.Scheme)
        {
            case "http" or "https" or "tftp":
            case "gs" when version.Minor >= 2:
                return null;
            case "oem":
                return null;
            case "oci":
                return Fetching.OciReference.Parse(url) is null ? "oci url does not name what a registry holds" : null;
            case "data":
                return DataUrl.Check(url);
            case "s3":
                return WrongVersion(parsed);
            case "arn" when version.Minor >= 4:
                return WrongArn($"arn:{parsed.Opaque}") ?? WrongVersion(parsed);
            case "file" when version.Minor >= 7:
                return parsed.Host.Length > 0 || parsed.Path.Length == 0 ? "path not absolute" : PathRules.IsClean(parsed.Path) ? null : "path is not fully simplified";
            default:
                return "invalid url scheme";
        }
    }

    private static string? WrongVersion(GoUrl url) => url.QueryValue("versionId") is "" ? "invalid S3 object VersionId" : null;

    // arn:partition:s3:region:account:resource, with a key behind the bucket or access point.
    private static string? WrongArn(string arn)
    {
        var parts = arn.Split(':', 6);
        var slashes = arn.Split('/').Length;
        return parts.Length == 6 && parts[2] == "s3" && slashes >= (parts[5].StartsWith("accesspoint/", StringComparison.Ordinal) ? 3 : 2) ? null : "invalid S3 ARN format";
    }

    private void CheckHeaders(Resource resource, string path)
    {
        var headers = resource.HttpHeaders;
        if (headers.Count == 0)
        {
            return;
        }

        var url = string.IsNullOrEmpty(resource.Source) ? null : GoUrl.Parse(resource.Source);
        if (url is null)
        {
            findings.Error(ProvisioningErrors.BadUrl, "unable to parse url", path, resource.Node, "httpHeaders");
        }
        else if (url.Scheme is not ("http" or "https"))
        {
            findings.Error(ProvisioningErrors.BadResource, "cannot use HTTP headers with this source scheme", path, resource.Node, "httpHeaders");
        }

        for (var i = 0; i < headers.Count; i++)
        {
            if (headers[i].Name.Length == 0)
            {
                findings.Error(ProvisioningErrors.BadResource, "HTTP header name can't be empty", $"{path}.httpHeaders.{i}", headers[i].Node, "name");
            }

            if (headers[i].Value is "")
            {
                findings.Error(ProvisioningErrors.BadResource, "unable to parse HTTP header", $"{path}.httpHeaders.{i}", headers[i].Node, "value");
            }
        }
    }

    private void CheckHash(Resource resource, string path)
    {
        if (resource.Hash is not { } hash)
        {
            return;
        }

        if (resource.Source is null)
        {
            findings.Error(ProvisioningErrors.BadResource, "source must be specified if verification is specified", path, resource.VerificationNode, "hash");
        }

        if (WrongHash(hash) is { } wrong)
        {
            findings.Error(ProvisioningErrors.BadHash, wrong, path, resource.VerificationNode, "hash");
        }
    }

    private string? WrongHash(string hash)
    {
        var dash = hash.IndexOf('-', StringComparison.Ordinal);
        if (dash < 0)
        {
            return "malformed hash specifier";
        }

        var digits = hash[..dash] switch { "sha512" => 128, "sha256" when version.Minor >= 1 => 64, _ => 0 };
        return digits == 0 ? "unrecognized hash function" : hash.Length - dash - 1 != digits ? "incorrect size for hash sum" : null;
    }
}
