using System.Text;
using SecureStreams.Codecs.Http;

namespace SecureStreams.Codecs.WebSocket;

/// <summary>Writes an upgrade request where it is to lie, or only measures it.</summary>
internal ref struct WebSocketRequestText
{
    private readonly Span<byte> _destination;
    private readonly bool _measures;

    /// <param name="destination">Where it is to lie.</param>
    public WebSocketRequestText(Span<byte> destination) => _destination = destination;

    private WebSocketRequestText(bool measures) => _measures = measures;

    /// <summary>Bytes so far.</summary>
    public int Length { get; private set; }

    /// <summary>One that writes nothing and only counts.</summary>
    public static WebSocketRequestText Measure() => new(measures: true);

    /// <exception cref="ArgumentException">Something in it has a line break or a NUL, a field's name is no token, or there is no room.</exception>
    public void Write(WebSocketUpgrade upgrade)
    {
        Put("GET ");
        PutChecked(upgrade.Target);
        Put(" HTTP/1.1\r\n");
        Add("Host", upgrade.Host);
        Add("Upgrade", "websocket");
        Add("Connection", "Upgrade");
        Add("Sec-WebSocket-Key", upgrade.Key);
        Add("Sec-WebSocket-Version", WebSocketClientHandshake.Version);
        if (upgrade.Subprotocols.Count > 0)
            AddSubprotocols(upgrade.Subprotocols);
        if (upgrade.Extensions is { } extensions)
            Add("Sec-WebSocket-Extensions", extensions);
        for (var i = 0; i < upgrade.Fields.Count; i++)
            Add(upgrade.Fields[i].Name, upgrade.Fields[i].Value);
        Put("\r\n");
    }

    private void AddSubprotocols(IReadOnlyList<string> subprotocols)
    {
        Put("Sec-WebSocket-Protocol: ");
        for (var i = 0; i < subprotocols.Count; i++)
        {
            if (i > 0)
                Put(", ");
            PutChecked(subprotocols[i]);
        }

        Put("\r\n");
    }

    private void Add(string name, string value)
    {
        if (!HttpTokens.IsToken(name))
            throw new ArgumentException($"'{name}' is no name of a field.", nameof(name));
        Put(name);
        Put(": ");
        PutChecked(value);
        Put("\r\n");
    }

    private void PutChecked(string value)
    {
        if (value.AsSpan().ContainsAny('\r', '\n', '\0'))
            throw new ArgumentException("A line break or NUL could forge a field.", nameof(value));
        Put(value);
    }

    private void Put(ReadOnlySpan<char> text) => Length += _measures ? Encoding.UTF8.GetByteCount(text) : Encoding.UTF8.GetBytes(text, _destination[Length..]);
}
