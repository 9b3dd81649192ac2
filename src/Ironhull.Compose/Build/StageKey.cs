using System.Security.Cryptography;
using System.Text;
using Ironhull.Formats.Io;

namespace Ironhull.Compose.Build;

/// <summary>
/// Everything that a stage's result depends on, field by field. Two equal keys mean equal results; the fields are kept
/// so that <c>hull build --explain</c> can say which of them made a stage run again.
/// </summary>
public sealed class StageKey
{
    private readonly List<KeyValuePair<string, string>> _fields = [];

    /// <summary>The fields in the order they were added.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Fields => _fields;

    /// <summary>SHA-256 over names and values, each with its length in front, so that no two field lists collide.</summary>
    public Sha256Digest Digest
    {
        get
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            Span<byte> length = stackalloc byte[4];
            foreach (var (name, value) in _fields)
            {
                foreach (var text in (ReadOnlySpan<string>)[name, value])
                {
                    var bytes = Encoding.UTF8.GetBytes(text);
                    System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
                    hash.AppendData(length);
                    hash.AppendData(bytes);
                }
            }

            Span<byte> digest = stackalloc byte[Sha256Digest.Size];
            hash.GetHashAndReset(digest);
            return new(digest);
        }
    }

    /// <summary>Adds a field.</summary>
    /// <exception cref="ArgumentException">The name was added before.</exception>
    public StageKey Add(string name, string value)
    {
        if (_fields.Any(f => f.Key == name))
        {
            throw new ArgumentException($"The field '{name}' is in the key already.", nameof(name));
        }

        _fields.Add(new(name, value));
        return this;
    }

    /// <summary>Adds a digest.</summary>
    public StageKey Add(string name, Sha256Digest value) => Add(name, value.ToString());

    /// <summary>Adds a number.</summary>
    public StageKey Add(string name, long value) => Add(name, value.ToString(System.Globalization.CultureInfo.InvariantCulture));
}
