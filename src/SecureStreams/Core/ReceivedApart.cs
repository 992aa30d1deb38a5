namespace SecureStreams.Core;

/// <summary>
/// What the peer of a second connection has said for metadata, kept apart while the first one carries the stream, whose values stay what they are until the second takes over. On the stream's mailbox.
/// </summary>
internal sealed class ReceivedApart
{
    private string?[]? _values;
    private IReadOnlyList<KeyValuePair<string, string>>? _headers;

    /// <summary>Whether the connection is the stream's by now: what its peer says goes to the stream's metadata at once.</summary>
    public bool IsOver { get; private set; }

    /// <summary>As <see cref="MetadataStore.PublishReceivedOnMailbox"/>.</summary>
    public void Keep(string?[] values) => _values = values;

    /// <summary>As <see cref="MetadataStore.PublishDirectOnMailbox"/>.</summary>
    public void Keep(IReadOnlyList<KeyValuePair<string, string>> headers) => _headers = headers;

    /// <summary>As <see cref="MetadataStore.ClearReceivedOnMailbox"/>.</summary>
    public void Clear()
    {
        _values = null;
        _headers = null;
    }

    /// <summary>The connection takes over: publishes what was kept. Once.</summary>
    public void HandOverOnMailbox(MetadataStore metadata)
    {
        IsOver = true;
        if (_values is { } values)
            metadata.PublishReceivedOnMailbox(values);
        if (_headers is { } headers)
            metadata.PublishDirectOnMailbox(headers);
        Clear();
    }
}
