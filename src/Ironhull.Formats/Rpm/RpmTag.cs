namespace Ironhull.Formats.Rpm;

/// <summary>Tags of a package's main header: <c>rpmTag</c> of rpm 6.1's include/rpm/rpmtag.h, with the type of their data.</summary>
public static class RpmTag
{
    /// <summary>Languages of the header's internationalised strings: string array.</summary>
    public const int HeaderI18nTable = 100;

    /// <summary>Package name: string.</summary>
    public const int Name = 1000;

    /// <summary>Version: string.</summary>
    public const int Version = 1001;

    /// <summary>Release: string.</summary>
    public const int Release = 1002;

    /// <summary>Epoch, when there is one: 32-bit.</summary>
    public const int Epoch = 1003;

    /// <summary>One line: internationalised string.</summary>
    public const int Summary = 1004;

    /// <summary>Text: internationalised string.</summary>
    public const int Description = 1005;

    /// <summary>Seconds since 1970-01-01 UTC: 32-bit.</summary>
    public const int BuildTime = 1006;

    /// <summary>Name of the machine that built it: string.</summary>
    public const int BuildHost = 1007;

    /// <summary>Installed size in bytes: 32-bit.</summary>
    public const int Size = 1009;

    /// <summary>Distribution: string.</summary>
    public const int Distribution = 1010;

    /// <summary>Vendor: string.</summary>
    public const int Vendor = 1011;

    /// <summary>Licence expression: string.</summary>
    public const int License = 1014;

    /// <summary>Packager: string.</summary>
    public const int Packager = 1015;

    /// <summary>Group: internationalised string.</summary>
    public const int Group = 1016;

    /// <summary>Home page: string.</summary>
    public const int Url = 1020;

    /// <summary>Operating system: string.</summary>
    public const int Os = 1021;

    /// <summary>Architecture: string.</summary>
    public const int Architecture = 1022;

    /// <summary>Scriptlet before installation: string.</summary>
    public const int PreIn = 1023;

    /// <summary>Scriptlet after installation: string.</summary>
    public const int PostIn = 1024;

    /// <summary>Scriptlet before removal: string.</summary>
    public const int PreUn = 1025;

    /// <summary>Scriptlet after removal: string.</summary>
    public const int PostUn = 1026;

    /// <summary>Whole paths, in packages older than rpm 4.0: string array.</summary>
    public const int OldFileNames = 1027;

    /// <summary>Sizes in bytes: 32-bit.</summary>
    public const int FileSizes = 1028;

    /// <summary>Type and permissions (st_mode): 16-bit.</summary>
    public const int FileModes = 1030;

    /// <summary>Device numbers, major times 256 plus minor: 16-bit.</summary>
    public const int FileRdevs = 1033;

    /// <summary>Modification times, seconds since 1970-01-01 UTC: 32-bit.</summary>
    public const int FileMtimes = 1034;

    /// <summary>Digests in hexadecimal, empty for what is no regular file: string array.</summary>
    public const int FileDigests = 1035;

    /// <summary>Targets of symbolic links: string array.</summary>
    public const int FileLinkTos = 1036;

    /// <summary>What a file is to the package: <c>rpmfileAttrs</c>: 32-bit.</summary>
    public const int FileFlags = 1037;

    /// <summary>Owners: string array.</summary>
    public const int FileUserName = 1039;

    /// <summary>Groups: string array.</summary>
    public const int FileGroupName = 1040;

    /// <summary>File name of the source package: string.</summary>
    public const int SourceRpm = 1044;

    /// <summary>What <c>rpm -V</c> looks at: <c>rpmVerifyAttrs</c>: 32-bit.</summary>
    public const int FileVerifyFlags = 1045;

    /// <summary>Size of the unpacked payload: 32-bit.</summary>
    public const int ArchiveSize = 1046;

    /// <summary>Provide name: string array.</summary>
    public const int ProvideName = 1047;

    /// <summary>Require flags: 32-bit.</summary>
    public const int RequireFlags = 1048;

    /// <summary>Require name: string array.</summary>
    public const int RequireName = 1049;

    /// <summary>Require version: string array.</summary>
    public const int RequireVersion = 1050;

    /// <summary>Conflict flags: 32-bit.</summary>
    public const int ConflictFlags = 1053;

    /// <summary>Conflict name: string array.</summary>
    public const int ConflictName = 1054;

    /// <summary>Conflict version: string array.</summary>
    public const int ConflictVersion = 1055;

    /// <summary>Version of the rpm that built it: string.</summary>
    public const int RpmVersion = 1064;

    /// <summary>Bodies of the triggers: string array.</summary>
    public const int TriggerScripts = 1065;

    /// <summary>Packages that triggers wait for: string array.</summary>
    public const int TriggerName = 1066;

    /// <summary>Versions that triggers wait for: string array.</summary>
    public const int TriggerVersion = 1067;

    /// <summary>Relations and kinds of the triggers: 32-bit.</summary>
    public const int TriggerFlags = 1068;

    /// <summary>Which body a condition belongs to: 32-bit.</summary>
    public const int TriggerIndex = 1069;

    /// <summary>Scriptlet of <c>rpm -V</c>: string.</summary>
    public const int VerifyScript = 1079;

    /// <summary>Seconds since 1970-01-01 UTC: 32-bit.</summary>
    public const int ChangelogTime = 1080;

    /// <summary>Who, usually with the version: string array.</summary>
    public const int ChangelogName = 1081;

    /// <summary>What: string array.</summary>
    public const int ChangelogText = 1082;

    /// <summary>Interpreter of <see cref="PreIn"/> with its arguments; string or string array.</summary>
    public const int PreInProg = 1085;

    /// <summary>Interpreter of <see cref="PostIn"/> with its arguments; string or string array.</summary>
    public const int PostInProg = 1086;

    /// <summary>Interpreter of <see cref="PreUn"/> with its arguments; string or string array.</summary>
    public const int PreUnProg = 1087;

    /// <summary>Interpreter of <see cref="PostUn"/> with its arguments; string or string array.</summary>
    public const int PostUnProg = 1088;

    /// <summary>Obsolete name: string array.</summary>
    public const int ObsoleteName = 1090;

    /// <summary>Interpreter of <see cref="VerifyScript"/> with its arguments; string or string array.</summary>
    public const int VerifyScriptProg = 1091;

    /// <summary>Interpreters of the triggers: string array.</summary>
    public const int TriggerScriptProg = 1092;

    /// <summary>File system numbers of the build machine: 32-bit.</summary>
    public const int FileDevices = 1095;

    /// <summary>Inode numbers; equal in names of one file: 32-bit.</summary>
    public const int FileInodes = 1096;

    /// <summary>Languages: string array.</summary>
    public const int FileLangs = 1097;

    /// <summary>Present in source packages: 32-bit.</summary>
    public const int SourcePackage = 1106;

    /// <summary>Provide flags: 32-bit.</summary>
    public const int ProvideFlags = 1112;

    /// <summary>Provide version: string array.</summary>
    public const int ProvideVersion = 1113;

    /// <summary>Obsolete flags: 32-bit.</summary>
    public const int ObsoleteFlags = 1114;

    /// <summary>Obsolete version: string array.</summary>
    public const int ObsoleteVersion = 1115;

    /// <summary>Which of the folders a file lies in: 32-bit.</summary>
    public const int DirIndexes = 1116;

    /// <summary>File names without their folders: string array.</summary>
    public const int BaseNames = 1117;

    /// <summary>Folders, each with a slash at its end: string array.</summary>
    public const int DirNames = 1118;

    /// <summary>"cpio": string.</summary>
    public const int PayloadFormat = 1124;

    /// <summary>"gzip", "bzip2", "xz", "lzma", "zstd" or "none": string.</summary>
    public const int PayloadCompressor = 1125;

    /// <summary>Level of compression: string.</summary>
    public const int PayloadFlags = 1126;

    /// <summary>Architecture, vendor and system: string.</summary>
    public const int Platform = 1132;

    /// <summary>1 for 32-bit ELF, 2 for 64-bit ELF, 0 for everything else: 32-bit.</summary>
    public const int FileColors = 1140;

    /// <summary>Scriptlet before the transaction: string.</summary>
    public const int PreTrans = 1151;

    /// <summary>Scriptlet after the transaction: string.</summary>
    public const int PostTrans = 1152;

    /// <summary>Interpreter of <see cref="PreTrans"/> with its arguments; string or string array.</summary>
    public const int PreTransProg = 1153;

    /// <summary>Interpreter of <see cref="PostTrans"/> with its arguments; string or string array.</summary>
    public const int PostTransProg = 1154;

    /// <summary>Sizes in bytes, when one is 4 GiB or more, and in format 6: 64-bit.</summary>
    public const int LongFileSizes = 5008;

    /// <summary>Installed size in bytes, when 4 GiB or more, and in format 6: 64-bit.</summary>
    public const int LongSize = 5009;

    /// <summary>File capabilities as text: string array.</summary>
    public const int FileCaps = 5010;

    /// <summary>Hash of the file digests by OpenPGP's number (RFC 9580, 9.5); MD5 when missing: 32-bit.</summary>
    public const int FileDigestAlgorithm = 5011;

    /// <summary>Pre in flags: 32-bit.</summary>
    public const int PreInFlags = 5020;

    /// <summary>Post in flags: 32-bit.</summary>
    public const int PostInFlags = 5021;

    /// <summary>Pre un flags: 32-bit.</summary>
    public const int PreUnFlags = 5022;

    /// <summary>Post un flags: 32-bit.</summary>
    public const int PostUnFlags = 5023;

    /// <summary>Pre trans flags: 32-bit.</summary>
    public const int PreTransFlags = 5024;

    /// <summary>Post trans flags: 32-bit.</summary>
    public const int PostTransFlags = 5025;

    /// <summary>Verify script flags: 32-bit.</summary>
    public const int VerifyScriptFlags = 5026;

    /// <summary>Trigger script flags: 32-bit.</summary>
    public const int TriggerScriptFlags = 5027;

    /// <summary>Order name: string array.</summary>
    public const int OrderName = 5035;

    /// <summary>Order version: string array.</summary>
    public const int OrderVersion = 5036;

    /// <summary>Order flags: 32-bit.</summary>
    public const int OrderFlags = 5037;

    /// <summary>Recommend name: string array.</summary>
    public const int RecommendName = 5046;

    /// <summary>Recommend version: string array.</summary>
    public const int RecommendVersion = 5047;

    /// <summary>Recommend flags: 32-bit.</summary>
    public const int RecommendFlags = 5048;

    /// <summary>Suggest name: string array.</summary>
    public const int SuggestName = 5049;

    /// <summary>Suggest version: string array.</summary>
    public const int SuggestVersion = 5050;

    /// <summary>Suggest flags: 32-bit.</summary>
    public const int SuggestFlags = 5051;

    /// <summary>Supplement name: string array.</summary>
    public const int SupplementName = 5052;

    /// <summary>Supplement version: string array.</summary>
    public const int SupplementVersion = 5053;

    /// <summary>Supplement flags: 32-bit.</summary>
    public const int SupplementFlags = 5054;

    /// <summary>Enhance name: string array.</summary>
    public const int EnhanceName = 5055;

    /// <summary>Enhance version: string array.</summary>
    public const int EnhanceVersion = 5056;

    /// <summary>Enhance flags: 32-bit.</summary>
    public const int EnhanceFlags = 5057;

    /// <summary>"utf-8" when rpmbuild checked the header's text: string.</summary>
    public const int Encoding = 5062;

    /// <summary>Bodies of the file triggers: string array.</summary>
    public const int FileTriggerScripts = 5066;

    /// <summary>Interpreters of the file triggers: string array.</summary>
    public const int FileTriggerScriptProg = 5067;

    /// <summary>File trigger script flags: 32-bit.</summary>
    public const int FileTriggerScriptFlags = 5068;

    /// <summary>Path prefixes that file triggers wait for: string array.</summary>
    public const int FileTriggerName = 5069;

    /// <summary>Which body a prefix belongs to: 32-bit.</summary>
    public const int FileTriggerIndex = 5070;

    /// <summary>Empty strings: string array.</summary>
    public const int FileTriggerVersion = 5071;

    /// <summary>Kinds of the file triggers: 32-bit.</summary>
    public const int FileTriggerFlags = 5072;

    /// <summary>Bodies of the transaction file triggers: string array.</summary>
    public const int TransFileTriggerScripts = 5076;

    /// <summary>Interpreters of the transaction file triggers: string array.</summary>
    public const int TransFileTriggerScriptProg = 5077;

    /// <summary>Trans file trigger script flags: 32-bit.</summary>
    public const int TransFileTriggerScriptFlags = 5078;

    /// <summary>Path prefixes that transaction file triggers wait for: string array.</summary>
    public const int TransFileTriggerName = 5079;

    /// <summary>Which body a prefix belongs to: 32-bit.</summary>
    public const int TransFileTriggerIndex = 5080;

    /// <summary>Empty strings: string array.</summary>
    public const int TransFileTriggerVersion = 5081;

    /// <summary>Kinds of the transaction file triggers: 32-bit.</summary>
    public const int TransFileTriggerFlags = 5082;

    /// <summary>The higher runs first: 32-bit.</summary>
    public const int FileTriggerPriorities = 5084;

    /// <summary>The higher runs first: 32-bit.</summary>
    public const int TransFileTriggerPriorities = 5085;

    /// <summary>IMA signatures in hexadecimal, where the header itself holds them: string array.</summary>
    public const int FileSignatures = 5090;

    /// <summary>SHA-256 of the payload as it lies in the file, one: string array.</summary>
    public const int PayloadSha256 = 5092;

    /// <summary>Hash of <see cref="PayloadSha256"/>, always 8: 32-bit.</summary>
    public const int PayloadSha256Algorithm = 5093;

    /// <summary>Module, stream, version and context: string.</summary>
    public const int ModularityLabel = 5096;

    /// <summary>SHA-256 of the unpacked payload, one: string array.</summary>
    public const int PayloadSha256Alt = 5097;

    /// <summary>Scriptlet before a transaction that removes it: string.</summary>
    public const int PreUnTrans = 5103;

    /// <summary>Scriptlet after a transaction that removed it: string.</summary>
    public const int PostUnTrans = 5104;

    /// <summary>Interpreter of <see cref="PreUnTrans"/> with its arguments; string or string array.</summary>
    public const int PreUnTransProg = 5105;

    /// <summary>Interpreter of <see cref="PostUnTrans"/> with its arguments; string or string array.</summary>
    public const int PostUnTransProg = 5106;

    /// <summary>Pre un trans flags: 32-bit.</summary>
    public const int PreUnTransFlags = 5107;

    /// <summary>Post un trans flags: 32-bit.</summary>
    public const int PostUnTransFlags = 5108;

    /// <summary>Size of the payload as it lies in the file, in format 6: 64-bit.</summary>
    public const int PayloadSize = 5112;

    /// <summary>Size of the unpacked payload, in format 6: 64-bit.</summary>
    public const int PayloadSizeAlt = 5113;

    /// <summary>The package's format, when 6 or later: 32-bit.</summary>
    public const int RpmFormat = 5114;

    /// <summary>Name, epoch, version and release of the source package, in format 6: string.</summary>
    public const int SourceNevr = 5120;

    /// <summary>SHA-512 of the payload as it lies in the file: string.</summary>
    public const int PayloadSha512 = 5121;

    /// <summary>SHA-512 of the unpacked payload: string.</summary>
    public const int PayloadSha512Alt = 5122;

    /// <summary>SHA3-256 of the payload as it lies in the file: string.</summary>
    public const int PayloadSha3 = 5123;

    /// <summary>SHA3-256 of the unpacked payload: string.</summary>
    public const int PayloadSha3Alt = 5124;
}
