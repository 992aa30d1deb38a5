using System.Globalization;

namespace SecureStreams.TestSupport.Wires;

/// <summary>What a test server is asked for, in the words of each protocol.</summary>
public sealed record WireTask
{
    private WireTask()
    {
    }

    /// <summary>The method of HTTP.</summary>
    public required string Method { get; init; }

    /// <summary>Path and query of HTTP.</summary>
    public required string HttpUrl { get; init; }

    /// <summary>Path and query of WebSocket.</summary>
    public required string WebSocketUrl { get; init; }

    /// <summary>The first line of a raw connection; empty where it goes to a port that needs none.</summary>
    public required string RawLine { get; init; }

    /// <summary>Whether the client sends payload.</summary>
    public bool Sends => Method == "POST";

    /// <summary>What is sent comes back.</summary>
    public static WireTask Echo { get; } = new() { Method = "POST", HttpUrl = "/echo", WebSocketUrl = "/ws/echo", RawLine = "" };

    /// <summary>Eight bytes every so many milliseconds.</summary>
    public static WireTask Tick(int milliseconds) => new()
    {
        Method = "GET",
        HttpUrl = Text($"/slow/1000000000?ms={milliseconds}"),
        WebSocketUrl = Text($"/ws/tick?ms={milliseconds}"),
        RawLine = Text($"tick {milliseconds}\n"),
    };

    /// <summary>So many deterministic bytes.</summary>
    public static WireTask Bytes(long length, int seed) => new()
    {
        Method = "GET",
        HttpUrl = Text($"/bytes/{length}?seed={seed}"),
        WebSocketUrl = Text($"/ws/bytes?length={length}&seed={seed}"),
        RawLine = Text($"bytes {length} {seed}\n"),
    };

    /// <summary>The hash of what is sent, taken at so many bytes a second; 0 for as they come.</summary>
    public static WireTask Hash(long length, long rate) => new()
    {
        Method = "POST",
        HttpUrl = Text($"/hash?rate={rate}"),
        WebSocketUrl = Text($"/ws/hash?length={length}&rate={rate}"),
        RawLine = Text($"hash {rate}\n"),
    };

    /// <summary>What is sent is taken at so many bytes a second, with a sign for each piece taken.</summary>
    public static WireTask Drain(long rate) => new()
    {
        Method = "POST",
        HttpUrl = Text($"/drain?rate={rate}"),
        WebSocketUrl = Text($"/ws/hash?length={long.MaxValue}&rate={rate}&ack=1"),
        RawLine = Text($"drain {rate}\n"),
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
