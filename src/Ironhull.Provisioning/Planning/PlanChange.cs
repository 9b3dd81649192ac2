namespace Ironhull.Provisioning.Planning;

/// <summary>What happens to something that a config names.</summary>
public enum PlanChange
{
    /// <summary>It was not there.</summary>
    Added,

    /// <summary>It was there and is another one in part: contents that are added to, mode, owner, fields.</summary>
    Changed,

    /// <summary>Something else was there, or other contents.</summary>
    Replaced,

    /// <summary>It is not there any more.</summary>
    Removed,

    /// <summary>It was there, just like this.</summary>
    Unchanged,
}
