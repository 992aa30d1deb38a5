using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using SecureStreams.Policy;

namespace SecureStreams;

/// <summary>The layers of a policy, in their order: base, then overlays. Immutable.</summary>
/// <param name="layers">The layers.</param>
internal sealed class PolicyLayers(ImmutableArray<PolicyLayer> layers)
{
    private const int PieceBytes = 16 * 1024;

    private static readonly IEqualityComparer<PolicyLayer> Comparer = EqualityComparer<PolicyLayer>.Create(
        static (one, other) => one.Path == other.Path && one.Text.Name == other.Text.Name && one.Text.Utf8.Span.SequenceEqual(other.Text.Utf8.Span));

    /// <summary>The files among them, in their order.</summary>
    public ImmutableArray<string> Paths { get; } = [.. layers.Select(static one => one.Path).OfType<string>()];

    /// <summary>The layers.</summary>
    public ImmutableArray<PolicyLayer> Layers => layers;

    /// <summary>Layers that are all files.</summary>
    public static PolicyLayers OfFiles(IEnumerable<string> paths) => new([.. paths.Select(PolicyLayer.Of)]);

    /// <summary>Whether the same files and texts are named; what the files say does not count.</summary>
    public bool IsSameAs(PolicyLayers other) => layers.AsSpan().SequenceEqual(other.Layers.AsSpan(), Comparer);

    /// <summary>Reads all of them.</summary>
    /// <exception cref="SsPolicyException">A file cannot be read.</exception>
    public ImmutableArray<PolicyDocument> Read() => [.. layers.Select(static one => one.Read())];

    /// <summary>Reads all of them; a file that cannot be read is told by the result.</summary>
    public PolicyReading TryRead()
    {
        try
        {
            var documents = Read();
            return new PolicyReading(KeyOf(documents), documents, null);
        }
        catch (SsPolicyException error)
        {
            return Failed(error);
        }
    }

    /// <summary>As <see cref="TryRead"/>, without keeping the texts, which may be large: what is asked now and then is only whether they are what they were.</summary>
    public PolicyReading TryReadKey()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var piece = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            foreach (var layer in layers)
            {
                if (layer.Path is { } path)
                    SsContextExtensions.ReadPieces(path, piece, length => Length(hash, length), hash.AppendData);
                else
                    Append(hash, layer.Text);
            }

            return new PolicyReading(Convert.ToHexString(hash.GetHashAndReset()), null, null);
        }
        catch (SsPolicyException error)
        {
            return Failed(error);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece, clearArray: true);
        }
    }

    /// <summary>The key of documents that were read before.</summary>
    public static string KeyOf(IEnumerable<PolicyDocument> documents)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var document in documents)
            Append(hash, document);
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private static PolicyReading Failed(SsPolicyException error) => new(error.Message, null, error.Message);

    // The length too: two files whose text moved from one to the other are not what they were.
    private static void Append(IncrementalHash hash, PolicyDocument document)
    {
        Length(hash, document.Utf8.Length);
        hash.AppendData(document.Utf8.Span);
    }

    private static void Length(IncrementalHash hash, long length)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, length);
        hash.AppendData(bytes);
    }
}
