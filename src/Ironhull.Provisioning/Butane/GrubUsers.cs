using System.Text;
using Ironhull.Diagnostics;
using Ironhull.Provisioning.Json;
using Ironhull.Provisioning.Spec;
using Ironhull.Provisioning.Translation;
using Ironhull.Yaml;

namespace Ironhull.Provisioning.Butane;

/// <summary>Makes the file that <c>grub.users</c> stands for: users of the boot loader with hashed passwords.</summary>
internal sealed class GrubUsers(ButaneReader reader)
{
    private static readonly SpecObject User = new(n => (n["name"] as ConfigText)?.Value ?? "", new("name", SpecType.Text), new("passwordHash", SpecType.Text));

    private static readonly SpecObject Fields = new(null, new SpecField("users", SpecType.ListOf(User)));

    /// <summary>The storage section, or null when there are no users.</summary>
    public ConfigObject? Make(YamlNode node)
    {
        var section = reader.Object(node, Fields, "$.grub");
        var users = (section["users"] as ConfigList)?.Items.OfType<ConfigObject>().Select(u => (Name: (u["name"] as ConfigText)?.Value, Hash: (u["passwordHash"] as ConfigText)?.Value)).ToList() ?? [];
        if (users.Exists(u => u.Name is null or "" || u.Hash is null or "" || u.Name.Any(char.IsWhiteSpace) || u.Hash.Any(char.IsWhiteSpace)))
        {
            reader.Error(ProvisioningErrors.YamlConfig, "a user of grub needs a name and a password_hash, without blanks", "$.grub.users", node);
            return null;
        }

        if (users.Count == 0)
        {
            return null;
        }

        var text = new StringBuilder("# Made by hull provision convert\n\nset superusers=\"").AppendJoin(' ', users.Select(u => u.Name)).Append("\"\n");
        foreach (var (name, hash) in users)
        {
            text.Append("password_pbkdf2 ").Append(name).Append(' ').Append(hash).Append('\n');
        }

        var contents = new ObjectBuilder(section.Where);
        InlineContents.Set(contents, Encoding.UTF8.GetBytes(text.ToString()), isCompressed: false);
        var file = new ObjectBuilder(section.Where).Set("path", "/boot/grub2/user.cfg").Set("append", [contents.Build()]);
        var filesystem = new ObjectBuilder(section.Where).Set("device", "/dev/disk/by-label/boot").Set("format", "ext4").Set("path", "/boot");
        return new ObjectBuilder(section.Where).Set("filesystems", [filesystem.Build()]).Set("files", [file.Build()]).Build();
    }
}
