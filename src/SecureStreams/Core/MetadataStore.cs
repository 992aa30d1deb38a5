using System.Collections.Immutable;
using System.Text;
using SecureStreams.Policy;

namespace SecureStreams.Core;

/// <summary>
/// The metadata of one stream: what the application set, and what the peer sent in the current transaction. Written on the mailbox only; read anywhere,
/// because every change replaces a whole array.
/// </summary>
internal sealed class MetadataStore
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly string _streamType;
    private readonly ImmutableArray<MetadataPolicy> _declared;
    private string?[] _set;

    // Null as long as the peer sent nothing: most streams at most times.
    private string?[]? _received;

    public MetadataStore(StreamTypePolicy policy)
    {
        _streamType = policy.Name;
        _declared = policy.Metadata;
        _set = _declared.IsEmpty ? [] : new string?[_declared.Length];
    }

    /// <summary>The declared names, in the order of the policy; indexes below are into it.</summary>
    public ImmutableArray<MetadataPolicy> Declared => _declared;

    /// <summary>Checks a name and value of the application.</summary>
    /// <exception cref="SsMetadataException">The name is not declared, or the value carries CR, LF or NUL.</exception>
    public int Check(string name, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var index = IndexOf(name);
        if (value.AsSpan().IndexOfAny('\r', '\n', '\0') is var at and >= 0)
            throw new SsMetadataException($"Metadata '{name}' of streamtype '{_streamType}': the value has CR, LF or NUL at position {at}, which could forge a header; remove it.");
        return index;
    }

    /// <summary>As <see cref="Check(string, string)"/> for bytes; gives the text too.</summary>
    public int Check(string name, ReadOnlySpan<byte> value, out string text)
    {
        var index = IndexOf(name);
        try
        {
            text = StrictUtf8.GetString(value);
        }
        catch (DecoderFallbackException)
        {
            throw new SsMetadataException($"Metadata '{name}' of streamtype '{_streamType}': the value is not UTF-8; encode binary values as text (base64, hex).");
        }

        Check(name, text);
        return index;
    }

    /// <summary>Where <paramref name="name"/> is declared.</summary>
    /// <exception cref="SsMetadataException">It is not.</exception>
    public int IndexOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        for (var i = 0; i < _declared.Length; i++)
        {
            if (string.Equals(_declared[i].Name, name, StringComparison.Ordinal))
                return i;
        }

        var known = _declared.IsEmpty ? "it declares none" : $"it declares {string.Join(", ", _declared.Select(static d => $"'{d.Name}'"))}";
        throw new SsMetadataException($"Streamtype '{_streamType}' does not declare metadata '{name}': {known}. Add it to the \"metadata\" of the streamtype.");
    }

    /// <summary>What the application set, or null. This is what goes into endpoints, URLs and request headers.</summary>
    public string? Outgoing(int index) => Volatile.Read(ref _set)[index];

    /// <summary>As <see cref="Outgoing(int)"/>, by name; null too when the name is not declared.</summary>
    public string? Outgoing(string name)
    {
        for (var i = 0; i < _declared.Length; i++)
        {
            if (string.Equals(_declared[i].Name, name, StringComparison.Ordinal))
                return Outgoing(i);
        }

        return null;
    }

    /// <summary>What the peer sent in this transaction, else what the application set, else null.</summary>
    public string? Current(int index) => Volatile.Read(ref _received)?[index] ?? Outgoing(index);

    /// <summary>Applies a value that was checked.</summary>
    public void SetOnMailbox(int index, string value)
    {
        var copy = (string?[])_set.Clone();
        copy[index] = value;
        Volatile.Write(ref _set, copy);
    }

    /// <summary>Publishes what the peer sent; null where it sent nothing. Takes over the array, which has one place for each declared name.</summary>
    public void PublishReceivedOnMailbox(string?[] values) => Volatile.Write(ref _received, values);

    /// <summary>Forgets what the peer sent: a new transaction begins.</summary>
    public void ClearReceivedOnMailbox() => Volatile.Write(ref _received, null);
}
