namespace Ironhull.Provisioning.Network;

/// <summary>The machine's network links.</summary>
public interface ILinks
{
    /// <summary>Takes an address and its routes off a link, and the link down. A link that is gone is left.</summary>
    /// <param name="name">The link.</param>
    void TakeDown(string name);
}
