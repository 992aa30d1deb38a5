using System.Collections.Immutable;
using System.Text;
using SecureStreams.Network;
using SecureStreams.Policy;

namespace SecureStreams.Core;

/// <summary>
/// The metadata of one stream: what the application set, and what the peer sent in the current transaction. Written on the mailbox only; read anywhere,
/// because every change replaces a whole array, and a change of what is declared the whole table.
/// </summary>
/// <remarks>
/// What is declared follows the policy of the stream, attempt by attempt. Values go along by name. One whose name is not declared any more is kept aside and counts
/// again when the name comes back: an overlay that is applied and removed costs no stream its metadata.
/// </remarks>
internal sealed class MetadataStore
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly ImmutableDictionary<string, string> NoHeaders = ImmutableDictionary.Create<string, string>(StringComparer.OrdinalIgnoreCase);

    private static readonly ImmutableDictionary<string, string> NoneAside = ImmutableDictionary.Create<string, string>(StringComparer.Ordinal);

    private readonly Func<string, StreamTypePolicy?>? _upcoming;
    private StreamTypePolicy _policy;
    private ConnectionFactPlan _facts;
    private Table _table;

    // Null as long as nothing is set or read by the names of headers.
    private DirectValues? _direct;
    private ImmutableDictionary<string, string> _aside = NoneAside;

    /// <param name="policy">The policy of the stream.</param>
    /// <param name="upcoming">
    /// The policy that the next attempt would take, by streamtype: a name that it declares may be set at once. Null where policies do not change.
    /// </param>
    public MetadataStore(StreamTypePolicy policy, Func<string, StreamTypePolicy?>? upcoming = null)
    {
        _policy = policy;
        _upcoming = upcoming;
        _table = new Table(policy.Metadata);
        _facts = ConnectionFactPlan.Of(policy);
    }

    /// <summary>The declared names, in the order of the policy; indexes below are into it.</summary>
    public ImmutableArray<MetadataPolicy> Declared => Volatile.Read(ref _table).Declared;

    /// <summary>Checks a name and value of the application, against the policy of the stream and the one that its next attempt would take.</summary>
    /// <returns>The name, for <see cref="SetOnMailbox"/>.</returns>
    /// <exception cref="SsMetadataException">The name is not declared and no header's that may be set, or filled from the connection, or the value carries CR, LF or NUL.</exception>
    public string Check(string name, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (IsDirect(name))
        {
            name = DirectHeaders.NameOf(name);
            if (DirectHeaders.RefusalOf(name) is { } refusal)
                throw new SsMetadataException($"Header '{name}' of streamtype '{_policy.Name}' is not to be set by name: {refusal}.");
        }
        else
        {
            ThrowIfUndeclared(name);
        }

        if (Volatile.Read(ref _facts).Fills(name))
            throw new SsMetadataException($"Metadata '{name}' of streamtype '{_policy.Name}' says something of the connection (metadata_from_connection): the application reads it and cannot set it.");
        if (value.AsSpan().IndexOfAny('\r', '\n', '\0') is var at and >= 0)
            throw new SsMetadataException($"Metadata '{name}' of streamtype '{_policy.Name}': the value has CR, LF or NUL at position {at}, which could forge a header; remove it.");
        return name;
    }

    /// <summary>As <see cref="Check(string, string)"/> for bytes; gives the text too.</summary>
    public string Check(string name, ReadOnlySpan<byte> value, out string text)
    {
        try
        {
            text = StrictUtf8.GetString(value);
        }
        catch (DecoderFallbackException)
        {
            throw new SsMetadataException($"Metadata '{name}' of streamtype '{_policy.Name}': the value is not UTF-8; encode binary values as text (base64, hex).");
        }

        return Check(name, text);
    }

    /// <summary>What the peer sent in this transaction, else what the application set, else null.</summary>
    /// <exception cref="SsMetadataException">The name is not declared.</exception>
    public string? Get(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var table = Volatile.Read(ref _table);
        if (table.IndexOf(name) is var index and >= 0)
            return table.Current(index);
        if (IsDirect(name))
            return Direct(DirectHeaders.NameOf(name));
        ThrowIfUndeclared(name);
        return Volatile.Read(ref _aside).GetValueOrDefault(name);
    }

    /// <summary>What the application set by names of headers (<c>direct_proto_str</c>); empty where it set none. For transports whose policy allows it.</summary>
    public ImmutableDictionary<string, string> DirectOutgoing => Volatile.Read(ref _direct)?.Set ?? NoHeaders;

    /// <summary>What the application set, or null. This is what goes into endpoints, URLs and request headers. For transports, whose policy the table is made of.</summary>
    public string? Outgoing(int index) => Volatile.Read(ref _table).Outgoing(index);

    /// <summary>As <see cref="Outgoing(int)"/>, by name; null too when the name is not declared.</summary>
    public string? Outgoing(string name)
    {
        var table = Volatile.Read(ref _table);
        return table.IndexOf(name) is var index and >= 0 ? table.Outgoing(index) : null;
    }

    /// <summary>What the peer sent in this transaction, else what the application set, else null.</summary>
    public string? Current(int index) => Volatile.Read(ref _table).Current(index);

    /// <summary>Applies a value that was checked. The policy may have changed since: a name that is not declared now is kept aside.</summary>
    public void SetOnMailbox(string name, string value)
    {
        var index = _table.IndexOf(name);
        if (index >= 0)
            _table.Set(index, value);
        else if (DirectHeaders.AreAllowedBy(_policy) && DirectHeaders.RefusalOf(name) is null)
            Volatile.Write(ref _direct, new DirectValues(DirectOutgoing.SetItem(name, value), _direct?.Received ?? []));
        else
            Volatile.Write(ref _aside, _aside.SetItem(name, value));
    }

    /// <summary>Declares what <paramref name="policy"/> declares. No transport may be using the store: an attempt is about to begin.</summary>
    public void FollowOnMailbox(StreamTypePolicy policy)
    {
        Volatile.Write(ref _policy, policy);
        var before = _table;
        Volatile.Write(ref _facts, ConnectionFactPlan.Of(policy));
        if (before.Declared.AsSpan().SequenceEqual(policy.Metadata.AsSpan()))
            return;

        var aside = _aside;
        for (var i = 0; i < before.Declared.Length; i++)
        {
            if (before.Outgoing(i) is { } value)
                aside = aside.SetItem(before.Declared[i].Name, value);
        }

        var after = new Table(policy.Metadata);
        for (var i = 0; i < after.Declared.Length; i++)
        {
            if (aside.TryGetValue(after.Declared[i].Name, out var value))
                after.Set(i, value);
        }

        // What the new table has stays here too, unread: whoever looks a name up in the old table meanwhile still finds it.
        Volatile.Write(ref _aside, aside);
        Volatile.Write(ref _table, after);
    }

    /// <summary>Publishes what the peer sent; null where it sent nothing. Takes over the array, which has one place for each declared name.</summary>
    public void PublishReceivedOnMailbox(string?[] values) => _table.PublishReceived(values);

    /// <summary>Publishes every header that the peer sent, for a policy that lets the application read them by name. Takes over the list.</summary>
    public void PublishDirectOnMailbox(IReadOnlyList<KeyValuePair<string, string>> headers) => Volatile.Write(ref _direct, new DirectValues(DirectOutgoing, headers));

    /// <summary>Forgets what the peer sent: a new transaction begins.</summary>
    public void ClearReceivedOnMailbox()
    {
        _table.PublishReceived(null);
        if (_direct is { Received.Count: > 0 } direct)
            Volatile.Write(ref _direct, direct with { Received = [] });
    }

    /// <summary>Whether a name that is not declared is that of a header, by the policy of the stream or the one that its next attempt would take.</summary>
    private bool IsDirect(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (Table.IndexOf(Declared, name) >= 0)
            return false;
        if (DirectHeaders.AreAllowedBy(Volatile.Read(ref _policy)))
            return true;
        return _upcoming?.Invoke(_policy.Name) is { } next && Table.IndexOf(next.Metadata, name) < 0 && DirectHeaders.AreAllowedBy(next);
    }

    private string? Direct(string name)
    {
        if (DirectHeaders.ProblemOf(name) is { } problem)
            throw new SsMetadataException($"Streamtype '{_policy.Name}' declares no metadata '{name}', and no header can have that name: {problem}.");
        foreach (var (header, value) in Volatile.Read(ref _direct)?.Received ?? [])
        {
            if (header.Equals(name, StringComparison.OrdinalIgnoreCase))
                return value;
        }

        return DirectOutgoing.GetValueOrDefault(name) ?? Volatile.Read(ref _aside).GetValueOrDefault(name);
    }

    private void ThrowIfUndeclared(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var declared = Declared;
        if (Table.IndexOf(declared, name) >= 0)
            return;

        // What the application may speak of next is as good: else it could not set the name before the attempt that needs it.
        if (_upcoming?.Invoke(_policy.Name) is { } next)
        {
            declared = next.Metadata;
            if (Table.IndexOf(declared, name) >= 0)
                return;
        }

        var known = declared.IsEmpty ? "it declares none" : $"it declares {string.Join(", ", declared.Select(static d => $"'{d.Name}'"))}";
        throw new SsMetadataException($"Streamtype '{_policy.Name}' does not declare metadata '{name}': {known}. Add it to the \"metadata\" of the streamtype.");
    }

    /// <summary>What was set, and what the peer sent in this transaction, by names of headers.</summary>
    private sealed record DirectValues(ImmutableDictionary<string, string> Set, IReadOnlyList<KeyValuePair<string, string>> Received);

    /// <summary>What one policy declares, and its values.</summary>
    private sealed class Table(ImmutableArray<MetadataPolicy> declared)
    {
        private string?[] _set = declared.IsEmpty ? [] : new string?[declared.Length];

        // Null as long as the peer sent nothing: most streams at most times.
        private string?[]? _received;

        public ImmutableArray<MetadataPolicy> Declared => declared;

        public static int IndexOf(ImmutableArray<MetadataPolicy> declared, string name)
        {
            for (var i = 0; i < declared.Length; i++)
            {
                if (string.Equals(declared[i].Name, name, StringComparison.Ordinal))
                    return i;
            }

            return -1;
        }

        public int IndexOf(string name) => IndexOf(declared, name);

        public string? Outgoing(int index) => Volatile.Read(ref _set)[index];

        public string? Current(int index) => Volatile.Read(ref _received)?[index] ?? Outgoing(index);

        public void Set(int index, string value)
        {
            var copy = (string?[])_set.Clone();
            copy[index] = value;
            Volatile.Write(ref _set, copy);
        }

        public void PublishReceived(string?[]? values) => Volatile.Write(ref _received, values);
    }
}
