using System.Text.Json;
using Ironhull.Provisioning.Planning;

namespace Ironhull.Cli.Output;

/// <summary>A provisioning plan for scripts. The shape is in docs/reference/provisioning.md.</summary>
internal static class PlanJson
{
    /// <summary>Writes the plan's members into an object that is open.</summary>
    public static void Write(Utf8JsonWriter json, ProvisioningPlan plan)
    {
        Items(json, "disks", plan.Disks, d =>
        {
            json.WriteString("device", d.Device);
            json.WriteBoolean("system", d.IsSystem);
            json.WriteBoolean("wiped", d.IsWiped);
            Items(json, "partitions", d.Partitions, p =>
            {
                Change(json, p.Change);
                json.WriteNumber("number", p.Number);
                json.WriteString("label", p.Label);
                json.WriteString("type", p.Type);
                Text(json, "id", p.Id?.ToString());
                json.WriteNumber("offset", p.Offset);
                Number(json, "length", p.Length);
            });
        });
        Items(json, "volumes", plan.Volumes, v =>
        {
            Change(json, v.Change);
            json.WriteString("kind", v.Kind);
            json.WriteString("device", v.Device);
            json.WriteString("details", v.Details);
        });
        Items(json, "accounts", plan.Accounts, a =>
        {
            Change(json, a.Change);
            json.WriteString("kind", a.Kind);
            json.WriteString("name", a.Name);
            json.WriteString("id", a.Id);
            json.WriteString("details", a.Details);
        });
        Items(json, "units", plan.Units, u =>
        {
            Change(json, u.Change);
            json.WriteString("name", u.Name);
            Truth(json, "enabled", u.Enabled);
            Truth(json, "masked", u.Masked);
            Texts(json, "dropins", u.Dropins);
            Texts(json, "links", u.Links);
        });
        Items(json, "nodes", plan.Nodes, n =>
        {
            Change(json, n.Change);
            json.WriteString("kind", n.Kind);
            json.WriteString("path", n.Path);
            json.WriteString("mode", "0" + Convert.ToString(n.Mode, 8));
            json.WriteNumber("user", n.User);
            json.WriteNumber("group", n.Group);
            Number(json, "length", n.Length);
            Text(json, "sha256", n.Sha256?.ToString());
            Text(json, "target", n.Target);
            Text(json, "source", n.Source);
        });
        Items(json, "kernelArguments", plan.KernelArguments, k =>
        {
            json.WriteString("word", k.Word);
            json.WriteBoolean("shouldExist", k.ShouldExist);
            json.WriteBoolean("holds", k.Holds);
        });
        Texts(json, "fetchedOnNode", plan.FetchedOnNode);
    }

    private static void Items<T>(Utf8JsonWriter json, string name, IReadOnlyList<T> items, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Change(Utf8JsonWriter json, PlanChange change) => json.WriteString("change", PlanText.Word(change));

    private static void Text(Utf8JsonWriter json, string name, string? value) => json.WriteString(name, value);

    private static void Number(Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static void Truth(Utf8JsonWriter json, string name, bool? value)
    {
        if (value is { } truth)
        {
            json.WriteBoolean(name, truth);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private static void Texts(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }
}
