using System.Globalization;
using System.Text.Json;
using Ironhull.Diagnostics;
using Ironhull.Provisioning.Model;

namespace Ironhull.Provisioning.Engine.Disks;

/// <summary>How the TPM opens a volume: what clevis would do is done by systemd-cryptenroll.</summary>
/// <param name="Registers">The registers that have to be as they are now, in the form of <c>--tpm2-pcrs</c>.</param>
internal sealed record TpmBinding(string Registers)
{
    // Secure Boot's state and keys. clevis binds to none unless told to: the volume would open for whatever is booted.
    private const string Default = "7";

    /// <summary>Reads what a config says of a volume.</summary>
    /// <returns>Null: the TPM does not open it.</returns>
    /// <exception cref="HullException">HULL8076: something else opens it that is not known here.</exception>
    public static TpmBinding? Of(Luks luks)
    {
        var clevis = luks.Clevis;
        var custom = clevis.Custom.Pin is { Length: > 0 };
        var what = clevis.Tang.Count > 0 ? "clevis with Tang servers"
            : clevis.Threshold is > 1 ? $"clevis with a threshold of {clevis.Threshold}"
            : luks.CexEnabled == true ? "a Crypto Express card"
            : null;
        if (what is null)
        {
            var binding = custom ? Custom(clevis.Custom.Pin!, clevis.Custom.Config ?? "") : clevis.Tpm2 == true ? new(Default) : null;
            if (!custom || binding is not null)
            {
                return binding;
            }

            what = $"clevis with the pin {clevis.Custom.Pin} and such settings";
        }

        throw ProvisioningErrors.UnsupportedUnlock.Error($"Unlocking {luks.Name} by {what} is not supported.", new Location(luks.Device!));
    }

    private static TpmBinding? Custom(string pin, string config)
    {
        try
        {
            using var json = JsonDocument.Parse(config);
            return json.RootElement.ValueKind != JsonValueKind.Object ? null
                : pin == "tpm2" ? OfTpm(json.RootElement)
                : pin == "sss" ? OfShares(json.RootElement)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // One share of one pin is that pin.
    private static TpmBinding? OfShares(JsonElement settings) =>
        settings.EnumerateObject().All(p => p.Name is "t" or "pins")
        && settings.TryGetProperty("t", out var threshold) && threshold.ValueKind == JsonValueKind.Number && threshold.TryGetInt32(out var needed) && needed == 1
        && settings.TryGetProperty("pins", out var pins) && pins.ValueKind == JsonValueKind.Object
        && pins.EnumerateObject().ToList() is [{ Name: "tpm2", Value: var only }]
            ? only.ValueKind == JsonValueKind.Object ? OfTpm(only) : only.ValueKind == JsonValueKind.Array && only.GetArrayLength() == 1 && only[0].ValueKind == JsonValueKind.Object ? OfTpm(only[0]) : null
            : null;

    // hash and key choose algorithms of the sealed object, which systemd-cryptenroll chooses itself.
    private static TpmBinding? OfTpm(JsonElement settings)
    {
        if (!settings.EnumerateObject().All(p => p.Name is "hash" or "key" or "pcr_bank" or "pcr_ids"))
        {
            return null;
        }

        var bank = settings.TryGetProperty("pcr_bank", out var given) && given.ValueKind == JsonValueKind.String ? ":" + given.GetString() : "";
        if (bank is not ("" or ":sha1" or ":sha256" or ":sha384" or ":sha512"))
        {
            return null;
        }

        if (!settings.TryGetProperty("pcr_ids", out var ids))
        {
            return new(Default + bank);
        }

        var numbers = (ids.ValueKind == JsonValueKind.Array ? string.Join(',', ids.EnumerateArray()) : ids.ToString()).Split(',', StringSplitOptions.TrimEntries);
        return numbers.All(n => int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out var register) && register <= 23)
            ? new(string.Join('+', numbers.Select(n => n + bank)))
            : null;
    }
}
