using Ironhull.Diagnostics;
using Ironhull.Provisioning.Model;
using Ironhull.Provisioning.Spec;

namespace Ironhull.Provisioning.Validation;

/// <summary>Rules of the section <c>ignition</c>.</summary>
internal sealed class IgnitionRules(SpecVersion version, ResourceRules resources, FindingList findings)
{
    private const string Root = "$.ignition";

    public void Check(IgnitionSection section)
    {
        for (var i = 0; i < section.Merge.Count; i++)
        {
            CheckReference(section.Merge[i], $"{Root}.config.merge.{i}", isRequired: version.Minor >= 1);
        }

        resources.Check(section.Replace, $"{Root}.config.replace");
        var authorities = section.CertificateAuthorities;
        for (var i = 0; i < authorities.Count; i++)
        {
            CheckReference(authorities[i], $"{Root}.security.tls.certificateAuthorities.{i}", isRequired: true);
        }

        CheckProxy(section.Proxy, section.Proxy.HttpProxy, "httpProxy");
        CheckProxy(section.Proxy, section.Proxy.HttpsProxy, "httpsProxy");
    }

    private void CheckReference(Resource reference, string path, bool isRequired)
    {
        if (isRequired)
        {
            resources.CheckRequired(reference, path);
        }
        else
        {
            resources.Check(reference, path);
        }
    }

    private void CheckProxy(Proxy proxy, string? url, string key)
    {
        if (url is null)
        {
            return;
        }

        const string Path = $"{Root}.proxy";
        if (GoUrl.Parse(url) is not { } parsed)
        {
            findings.Error(ProvisioningErrors.BadUrl, "unable to parse url", Path, proxy.Node, key);
        }
        else if (parsed.Scheme is not ("http" or "https"))
        {
            findings.Error(ProvisioningErrors.BadProxy, "proxies must be http(s)", Path, proxy.Node, key);
        }
        else if (parsed.Scheme == "http" && key == "httpsProxy")
        {
            findings.Warn(ProvisioningErrors.BadProxy, "insecure plaintext HTTP proxy specified for HTTPS resources", Path, proxy.Node, key);
        }
    }
}
