namespace Ironhull.Diagnostics;

/// <summary>HULL80xx: provisioning configs. 800x reading, 801x and 802x validation, 803x contents, 804x older specs, 805x YAML, 806x the stage files, 807x disks, 808x fetching and the stages on a node.</summary>
public static class ProvisioningErrors
{
    /// <summary>The text is not JSON.</summary>
    public static readonly ErrorCode Syntax = new(
        "HULL8001", ErrorCategory.Input, "The provisioning config is not valid JSON", "Correct the syntax at that place; a config written as YAML is converted with 'hull provision convert'.");

    /// <summary>There is no text.</summary>
    public static readonly ErrorCode Empty = new(
        "HULL8002", ErrorCategory.Input, "The provisioning config is empty", "Write at least {\"ignition\": {\"version\": \"3.4.0\"}}, or name another file.");

    /// <summary>The version is absent or not a version.</summary>
    public static readonly ErrorCode Version = new(
        "HULL8003", ErrorCategory.Input, "The provisioning config names no valid version", "Set ignition.version to a spec version such as \"3.4.0\".");

    /// <summary>A version that is not read.</summary>
    public static readonly ErrorCode UnsupportedVersion = new(
        "HULL8004", ErrorCategory.Unsupported, "The version of the provisioning config is not supported", "Use a spec version from 3.0.0 to 3.6.0 or 3.7.0-experimental; of the older ones 1 and 2.0.0 to 2.4.0 are translated.");

    /// <summary>The file is too large or too deep.</summary>
    public static readonly ErrorCode Limit = new(
        "HULL8005", ErrorCategory.Input, "The provisioning config exceeds the size or depth that is read", "Move large contents out of the config and name them by URL.");

    /// <summary>A value of another kind than the key takes.</summary>
    public static readonly ErrorCode WrongType = new(
        "HULL8006", ErrorCategory.Input, "A value of the provisioning config has the wrong type", "Write a value of the type that the message names; modes are decimal numbers (0644 is 420).");

    /// <summary>A key that the version does not know.</summary>
    public static readonly ErrorCode UnknownKey = new(
        "HULL8007", ErrorCategory.Input, "A key of the provisioning config is not known in its version", "Correct or remove the key, or raise ignition.version to the version that the message names.");

    /// <summary>A key that is written twice in one object.</summary>
    public static readonly ErrorCode RepeatedKey = new(
        "HULL8008", ErrorCategory.Input, "A key of the provisioning config is written twice", "Remove one of the two: only the last one counts.");

    /// <summary>The file is not there.</summary>
    public static readonly ErrorCode FileNotFound = new(
        "HULL8009", ErrorCategory.Input, "A file of a provisioning config cannot be read", "Correct the path, or create the file.");

    /// <summary>Two entries with the same key.</summary>
    public static readonly ErrorCode Duplicate = new(
        "HULL8010", ErrorCategory.Input, "An entry of the provisioning config is defined twice", "Remove one of the two, or give it another path, name, device or number.");

    /// <summary>A path that is empty, relative or not simplified.</summary>
    public static readonly ErrorCode BadPath = new(
        "HULL8011", ErrorCategory.Input, "A path of the provisioning config is not allowed", "Write an absolute path without '.', '..', doubled or trailing slashes.");

    /// <summary>A URL that cannot be parsed or has another scheme.</summary>
    public static readonly ErrorCode BadUrl = new(
        "HULL8012", ErrorCategory.Input, "A URL of the provisioning config is not allowed", "Write a URL with a scheme of that spec version: http, https, tftp, s3, data, gs (3.2.0), arn (3.4.0).");

    /// <summary>A resource whose parts do not fit together.</summary>
    public static readonly ErrorCode BadResource = new(
        "HULL8013", ErrorCategory.Input, "A resource of the provisioning config is not complete", "Give the resource a source, gzip or no compression, and headers only with http and https.");

    /// <summary>A verification hash that is not one.</summary>
    public static readonly ErrorCode BadHash = new(
        "HULL8014", ErrorCategory.Input, "A verification hash of the provisioning config is malformed", "Write sha512- and 128 hexadecimal digits, or from 3.1.0 on sha256- and 64.");

    /// <summary>A file mode out of range.</summary>
    public static readonly ErrorCode BadMode = new(
        "HULL8015", ErrorCategory.Input, "A file mode of the provisioning config is not allowed", "Write a decimal number from 0 to 4095 (0644 is 420); setuid, setgid and sticky need 3.4.0.");

    /// <summary>An owner named twice.</summary>
    public static readonly ErrorCode BadOwner = new(
        "HULL8016", ErrorCategory.Input, "An owner in the provisioning config is ambiguous", "Give either the id or the name; a hard link has the owner of its target.");

    /// <summary>A disk or partition that cannot be.</summary>
    public static readonly ErrorCode BadPartition = new(
        "HULL8017", ErrorCategory.Input, "A disk or partition of the provisioning config is not allowed", "Correct the partition; every one needs a number or a label of its own and room of its own.");

    /// <summary>A file system that cannot be.</summary>
    public static readonly ErrorCode BadFilesystem = new(
        "HULL8018", ErrorCategory.Input, "A file system of the provisioning config is not allowed", "Correct the format or the label of the file system.");

    /// <summary>A RAID array that cannot be.</summary>
    public static readonly ErrorCode BadRaid = new(
        "HULL8019", ErrorCategory.Input, "A RAID array of the provisioning config is not allowed", "Give the array a known level, devices, and spares only where the level has redundancy.");

    /// <summary>An encrypted volume that cannot be.</summary>
    public static readonly ErrorCode BadLuks = new(
        "HULL8020", ErrorCategory.Input, "An encrypted volume of the provisioning config is not allowed", "Correct the volume's name, device, label or way of unlocking.");

    /// <summary>Nodes that stand in each other's way.</summary>
    public static readonly ErrorCode NodeConflict = new(
        "HULL8021", ErrorCategory.Input, "Entries of the provisioning config stand in each other's way", "Move one of the entries: no path may run through a link or a file, or be a unit that the config writes.");

    /// <summary>A link without target.</summary>
    public static readonly ErrorCode BadLink = new(
        "HULL8022", ErrorCategory.Input, "A link of the provisioning config is not allowed", "Give the link a target; a hard link's target is not a directory.");

    /// <summary>A unit or drop-in that systemd would not read.</summary>
    public static readonly ErrorCode BadUnit = new(
        "HULL8023", ErrorCategory.Input, "A unit of the provisioning config is not allowed", "Correct the unit's name (name.type, drop-ins name.conf) or its contents.");

    /// <summary>A proxy that cannot be.</summary>
    public static readonly ErrorCode BadProxy = new(
        "HULL8024", ErrorCategory.Input, "A proxy of the provisioning config is not allowed", "Write the proxy as an http or https URL.");

    /// <summary>Contents that are not gzip although the config says so.</summary>
    public static readonly ErrorCode BadCompression = new(
        "HULL8030", ErrorCategory.Integrity, "Contents cannot be decompressed", "Compress the contents with gzip, or remove 'compression'.");

    /// <summary>Contents of another hash.</summary>
    public static readonly ErrorCode HashMismatch = new(
        "HULL8031", ErrorCategory.Integrity, "Contents do not have the hash that the config wants", "Do not use the contents until it is known why they differ; the hash is that of the decompressed contents.");

    /// <summary>Contents beyond what is held in memory.</summary>
    public static readonly ErrorCode ContentsTooLarge = new(
        "HULL8032", ErrorCategory.Integrity, "Contents are too large", "Check that they are what was meant; larger files belong into an image or a system extension.");

    /// <summary>Contents that only a node can fetch.</summary>
    public static readonly ErrorCode NotFetched = new(
        "HULL8033", ErrorCategory.Unsupported, "Contents are not in the config itself", "Put them into a data: URL; other sources are fetched on the node.");

    /// <summary>A key of specs 1 and 2 without equivalent in spec 3.</summary>
    public static readonly ErrorCode Untranslatable = new(
        "HULL8040", ErrorCategory.Unsupported, "A part of an older config has no equivalent in spec 3", "Write that part anew as the message says, best in a config of spec 3.");

    /// <summary>A config in YAML of a variant or version that is not converted.</summary>
    public static readonly ErrorCode UnsupportedVariant = new(
        "HULL8050", ErrorCategory.Unsupported, "The variant of the YAML config is not supported", "Set variant and version to a pair that the message names.");

    /// <summary>A local file that cannot become part of the config.</summary>
    public static readonly ErrorCode LocalFile = new(
        "HULL8051", ErrorCategory.Input, "A local file of the YAML config cannot be read", "Name the folder of local files with --files-dir, and a path below it.");

    /// <summary>Parts of a YAML config that do not fit together.</summary>
    public static readonly ErrorCode YamlConfig = new(
        "HULL8052", ErrorCategory.Input, "A part of the YAML config is not allowed", "Correct it as the message says; docs/reference/provisioning.md has the rules.");

    /// <summary>Something on the disk that the config may not replace.</summary>
    public static readonly ErrorCode NodeExists = new(
        "HULL8060", ErrorCategory.Servicing, "Something is in the way of what the config makes", "Remove it, choose another path, or set overwrite in the config.");

    /// <summary>A root that cannot be changed.</summary>
    public static readonly ErrorCode RootAccess = new(
        "HULL8061", ErrorCategory.Environment, "The root cannot be read or changed", "See what the system says in the message: permissions, a full or read-only disk, or links in a circle.");

    /// <summary>An account that is not known, or cannot be.</summary>
    public static readonly ErrorCode UnknownAccount = new(
        "HULL8062", ErrorCategory.Input, "An account of the config is not known or cannot be made", "Correct the name or number, or make the account in the section passwd.");

    /// <summary>A path that nodes cannot write to.</summary>
    public static readonly ErrorCode ReadOnlyPlace = new(
        "HULL8063", ErrorCategory.Input, "A path of the config is on the read-only part of the system", "Write below /etc, /var, /opt or another folder of the root; what belongs below /usr comes with the image or a system extension.");

    /// <summary>A unit that is to be enabled and is nowhere.</summary>
    public static readonly ErrorCode UnitUnknown = new(
        "HULL8064", ErrorCategory.Input, "A unit that the config enables is neither in the image nor in the config", "Correct the unit's name, give its contents, or add the package that has it to the image.");

    /// <summary>A partition that is not as the config wants it, and may not be changed.</summary>
    public static readonly ErrorCode PartitionDiffers = new(
        "HULL8070", ErrorCategory.Servicing, "A partition is not as the config wants it", "Set wipePartitionEntry or resize for that partition, wipeTable for the disk, or describe it as it is.");

    /// <summary>No room for a partition.</summary>
    public static readonly ErrorCode NoRoom = new(
        "HULL8071", ErrorCategory.Servicing, "A partition does not fit on the disk", "Make it or its neighbours smaller, leave start and size out, or use a larger disk.");

    /// <summary>A program of the machine that fails.</summary>
    public static readonly ErrorCode ProgramFailed = new(
        "HULL8072", ErrorCategory.Environment, "A program that the config needs fails", "See what it says in the message; the options of the config are handed to it as they are.");

    /// <summary>A device that is not there, or cannot be worked on.</summary>
    public static readonly ErrorCode DeviceUnavailable = new(
        "HULL8073", ErrorCategory.Environment, "A device of the config cannot be used", "Correct the device's path in the config, or attach the disk that it names.");

    /// <summary>A device whose contents the config may not replace.</summary>
    public static readonly ErrorCode DeviceHoldsOther = new(
        "HULL8074", ErrorCategory.Servicing, "A device holds something else than the config wants there", "Set wipeFilesystem, wipeVolume or wipeTable to lose what is there, or describe it as it is.");

    /// <summary>A device that the system uses.</summary>
    public static readonly ErrorCode DeviceBusy = new(
        "HULL8075", ErrorCategory.Servicing, "A device that the config would change is in use", "Leave the disk of the system out of the config, or name another disk or partition.");

    /// <summary>A way of unlocking that is not supported.</summary>
    public static readonly ErrorCode UnsupportedUnlock = new(
        "HULL8076", ErrorCategory.Unsupported, "A way of unlocking an encrypted volume is not supported", "Use a key file, or clevis with tpm2 alone.");

    /// <summary>A program that is not there.</summary>
    public static readonly ErrorCode ProgramMissing = new(
        "HULL8077", ErrorCategory.Unsupported, "The machine has no program for a part of the config", "Choose a format that the image can make, or add the package that has the program to the image.");

    /// <summary>A source that cannot be reached before there is a network.</summary>
    public static readonly ErrorCode NetworkNeeded = new(
        "HULL8080", ErrorCategory.Network, "A source needs the network", "Run the stage fetch, which has the network, or name the contents in a data: URL.");

    /// <summary>A source that did not give its contents.</summary>
    public static readonly ErrorCode FetchFailed = new(
        "HULL8081", ErrorCategory.Network, "A source cannot be fetched", "Check the URL and that the server answers; ignition.timeouts sets for how long it is tried.");

    /// <summary>A scheme that this program does not fetch.</summary>
    public static readonly ErrorCode SchemeUnsupported = new(
        "HULL8082", ErrorCategory.Unsupported, "Sources of this scheme are not fetched", "Name the contents by http, https, tftp, oci, oem or data.");

    /// <summary>Certificate authorities that cannot be read.</summary>
    public static readonly ErrorCode BadAuthority = new(
        "HULL8083", ErrorCategory.Input, "A certificate authority of the config cannot be read", "Give PEM certificates, one after the other.");

    /// <summary>A platform that is not known.</summary>
    public static readonly ErrorCode UnknownPlatform = new(
        "HULL8084", ErrorCategory.Unsupported, "The platform is not known", "Name one of the platforms that the message lists; 'metal' takes its config from the kernel command line alone.");

    /// <summary>A platform whose config cannot be read.</summary>
    public static readonly ErrorCode PlatformFailed = new(
        "HULL8085", ErrorCategory.Environment, "The platform's config cannot be read", "Check that the platform is the right one and that it offers the config as the message says.");

    /// <summary>Files between the stages that cannot be used.</summary>
    public static readonly ErrorCode StageFiles = new(
        "HULL8086", ErrorCategory.Environment, "A file that the stages share cannot be read or written", "Run the stage fetch first; the files lie below /run/ignition unless options say otherwise.");

    /// <summary>A part of a config that is read and not applied.</summary>
    public static readonly ErrorCode SectionUnsupported = new(
        "HULL8087", ErrorCategory.Unsupported, "A part of the config cannot be applied here", "Take it out of the config, or do it when the image is made, as the message says.");

    /// <summary>A root without a record of what it was provisioned with.</summary>
    public static readonly ErrorCode NoManifest = new(
        "HULL8088", ErrorCategory.Environment, "The root has no record of what it was provisioned with", "Name the root with --root; a root that was provisioned before there were records gets one when a config is applied again.");

    /// <summary>Answers of a platform's services that are not such answers.</summary>
    public static readonly ErrorCode PlatformAnswer = new(
        "HULL8090", ErrorCategory.Environment, "A service of the platform does not answer as such a service does", "Check that the platform is the right one, and what answers at its services' addresses.");

    /// <summary>A registry's answers that cannot be used.</summary>
    public static readonly ErrorCode RegistryAnswer = new(
        "HULL8091", ErrorCategory.Network, "A registry does not have what an oci URL names", "Name an artifact with a single layer, or a file of an image as oci://REGISTRY/REPOSITORY:TAG?path=/FILE.");

    /// <summary>A part of a config that only a first boot applies.</summary>
    public static readonly ErrorCode FirstBootOnly = new(
        "HULL8089", ErrorCategory.Unsupported, "A part of the config is applied on first boot only", "Take it out of the config, or provision a new machine: disks and folders with contents are not replaced on one that runs.");

    /// <summary>A first boot that was cut off while it applied another config.</summary>
    public static readonly ErrorCode OtherConfig = new(
        "HULL8095", ErrorCategory.Servicing, "A first boot was cut off while it applied another config", "Nothing has to be done: ROOT is made anew at the next boot, and the config of then is applied to it alone.");

    /// <summary>A stage that ended without saying why.</summary>
    public static readonly ErrorCode StageDied = new(
        "HULL8096", ErrorCategory.Internal, "A stage of the first boot ended without saying why", "See the kernel's messages on the console: too little memory ends programs like that; report it with them otherwise.");

    /// <summary>A reset that cannot be requested.</summary>
    public static readonly ErrorCode ResetUnavailable = new(
        "HULL8097", ErrorCategory.Environment, "The machine cannot be reset from within", "Remove the partition ROOT from another system: a boot that finds none makes one.");

    /// <summary>An EFI system partition that cannot be used.</summary>
    public static readonly ErrorCode SystemPartition = new(
        "HULL8098", ErrorCategory.Environment, "The EFI system partition cannot be used", "Check the disk and the partition's FAT file system from another system.");

    /// <summary>A reset that nobody confirmed.</summary>
    public static readonly ErrorCode ResetUnconfirmed = new(
        "HULL8099", ErrorCategory.Input, "A reset destroys everything on ROOT, and was not confirmed", "Add --yes if that is what you want.");
}
