namespace Ironhull.Provisioning.Platforms;

/// <summary>The channel on which the kernel hands over what Hyper-V says about key-value pairs, message by message.</summary>
internal interface IKvpChannel : IDisposable
{
    /// <summary>Sends a message.</summary>
    void Write(ReadOnlySpan<byte> message);

    /// <summary>Waits for a message.</summary>
    /// <param name="buffer">Receives it.</param>
    /// <param name="patience">For how long.</param>
    /// <returns>Its length; 0 when none came in time.</returns>
    int Read(Span<byte> buffer, TimeSpan patience);
}
