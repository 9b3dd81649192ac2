namespace Ironhull.Diagnostics;

/// <summary>HULL52xx: recipes and the steps that replace maintainer scripts.</summary>
public static class RecipeErrors
{
    /// <summary>A recipe file or the accounts table is not valid.</summary>
    public static readonly ErrorCode Invalid = new(
        "HULL5201", ErrorCategory.Input, "A recipe is not valid", "Correct the key or value at the place given; docs/reference lists what a recipe may hold.");

    /// <summary>An action names a path that is not in the tree.</summary>
    public static readonly ErrorCode HitsNothing = new(
        "HULL5202", ErrorCategory.Input, "A recipe's action hits nothing", "The package has changed: look where the file went and correct or remove the action.");

    /// <summary>An account is declared without a number and the table has none for it.</summary>
    public static readonly ErrorCode AccountWithoutId = new(
        "HULL5203", ErrorCategory.Input, "An account has no number in the accounts table", "Add the name with a free number to the accounts table; numbers once given never change.");

    /// <summary>Two declarations of an account disagree, or two accounts have one number.</summary>
    public static readonly ErrorCode AccountConflict = new(
        "HULL5204", ErrorCategory.Input, "Declarations of accounts contradict each other", "Make the declarations agree, or give one account another number.");

    /// <summary>A line of a sysusers.d, passwd or group file cannot be read.</summary>
    public static readonly ErrorCode AccountSyntax = new(
        "HULL5205", ErrorCategory.Integrity, "An account declaration cannot be read", "The package's file has a form that is not known: report it, or declare the account in a recipe.");

    /// <summary>An account is used but not declared.</summary>
    public static readonly ErrorCode UnknownAccount = new(
        "HULL5206", ErrorCategory.Input, "An account is not declared", "Declare the account in the recipe, or name one that exists.");

    /// <summary>An alternative has no usable candidate or its link is taken.</summary>
    public static readonly ErrorCode Alternative = new(
        "HULL5207", ErrorCategory.Input, "An alternative cannot be made", "Correct the alternative in the recipe: its target must be in the tree and its link must be free.");

    /// <summary>A preset line cannot be read, or enables a unit that is not there.</summary>
    public static readonly ErrorCode Preset = new(
        "HULL5208", ErrorCategory.Input, "A preset cannot be applied", "Correct the line; 'enable' must name units that are in the image and have an [Install] section.");

    /// <summary>A PAM profile cannot be read.</summary>
    public static readonly ErrorCode PamProfile = new(
        "HULL5209", ErrorCategory.Integrity, "A PAM profile cannot be read", "The package's file below /usr/share/pam-configs has a form that is not known: report it.");

    /// <summary>A certificate cannot be read.</summary>
    public static readonly ErrorCode Certificate = new(
        "HULL5210", ErrorCategory.Integrity, "A certificate cannot be read", "The certificate file is damaged: fetch the package again, or leave the certificate out.");

    /// <summary>A kernel module cannot be read, or something it needs is missing.</summary>
    public static readonly ErrorCode KernelModule = new(
        "HULL5211", ErrorCategory.Integrity, "A kernel module cannot be used", "The kernel package is damaged or incomplete, or the module's name is wrong.");

    /// <summary>Two recipes are for one package.</summary>
    public static readonly ErrorCode Duplicate = new(
        "HULL5212", ErrorCategory.Input, "Two recipes are for the same package", "Merge them: there is one recipe for each package.");
}
