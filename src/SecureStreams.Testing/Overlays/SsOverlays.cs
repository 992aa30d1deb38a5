using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using SecureStreams.Policy;

namespace SecureStreams.Testing;

/// <summary>
/// Overlays for tests. Each is policy text: show it (<see cref="TextOf"/>), save it for <c>sstreams run --overlay FILE --faults</c>, give it as <see cref="SsContextOptions.Overlays"/>, or switch it on
/// and off under a running context with <see cref="LocalContext.ApplyOverlay(PolicyDocument)"/> and <see cref="LocalContext.RemoveOverlay(string)"/>. Those that inject faults need
/// <see cref="SsTestingExtensions.UseFaultInjection(SsContextOptions)"/>. <c>docs/testing.md</c> has the list of faults.
/// </summary>
public static class SsOverlays
{
    // Texts of people are shown as they are.
    private static readonly JsonWriterOptions Format = new() { Indented = true, IndentSize = 2, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Faults of streamtypes, as their policy states them.</summary>
    /// <param name="name">What diagnostics call the overlay, and by which it is removed.</param>
    /// <param name="streamTypes">Whose connections are concerned; one that no policy below defines makes the sum unusable.</param>
    /// <param name="faults">The faults, as in <c>test_faults</c>.</param>
    /// <returns>The overlay.</returns>
    /// <exception cref="ArgumentException"><paramref name="streamTypes"/> is empty.</exception>
    public static PolicyDocument Faults(string name, IReadOnlyList<string> streamTypes, params IReadOnlyList<string> faults) => Make(name, streamTypes, writer =>
    {
        ArgumentNullException.ThrowIfNull(faults);
        writer.WriteStartArray("test_faults");
        foreach (var fault in faults)
            writer.WriteStringValue(fault);
        writer.WriteEndArray();
    });

    /// <summary>A network that sends every request to a page of its own until somebody logs in: status 302. Of streamtypes of <c>h1</c> and <c>h2</c>.</summary>
    /// <param name="portal">The page, as the answers name it.</param>
    /// <param name="streamTypes">Who is sent there; <c>captive_portal_detect</c> where none is named.</param>
    /// <returns>The overlay <c>captive-portal</c>.</returns>
    public static PolicyDocument CaptivePortal(string portal = "http://portal.example/login", params IReadOnlyList<string> streamTypes) =>
        Faults("captive-portal", OrDetection(streamTypes), $"http_status=302 location={portal}");

    /// <summary>A network that leads nowhere: no name is found.</summary>
    /// <param name="streamTypes">Whom that concerns; <c>captive_portal_detect</c> where none is named.</param>
    /// <returns>The overlay <c>no-internet</c>.</returns>
    public static PolicyDocument NoInternet(params IReadOnlyList<string> streamTypes) => Faults("no-internet", OrDetection(streamTypes), "name_not_found");

    /// <summary>Nobody listens where the streamtype leads. A connection that stands stays; add <see cref="Cut"/> to end it.</summary>
    /// <param name="streamTypes">Whose server is down.</param>
    /// <returns>The overlay <c>server-down</c>.</returns>
    public static PolicyDocument ServerDown(params IReadOnlyList<string> streamTypes) => Faults("server-down", streamTypes, "connect_refused");

    /// <summary>The network goes away: connections that stand are reset at once, and nobody is reached any more.</summary>
    /// <param name="streamTypes">Whose connections.</param>
    /// <returns>The overlay <c>cut</c>.</returns>
    public static PolicyDocument Cut(params IReadOnlyList<string> streamTypes) => Faults("cut", streamTypes, "cut", "connect_refused");

    /// <summary>The server's certificate is refused, since nobody who is trusted vouches for it.</summary>
    /// <param name="streamTypes">Whose server.</param>
    /// <returns>The overlay <c>untrusted</c>.</returns>
    public static PolicyDocument Untrusted(params IReadOnlyList<string> streamTypes) => Faults("untrusted", streamTypes, "tls_untrusted");

    /// <summary>The server's certificate is refused, since it has expired.</summary>
    /// <param name="streamTypes">Whose server.</param>
    /// <returns>The overlay <c>expired</c>.</returns>
    public static PolicyDocument Expired(params IReadOnlyList<string> streamTypes) => Faults("expired", streamTypes, "tls_expired");

    /// <summary>A slow line.</summary>
    /// <param name="latency">How long connecting and each sending is held back.</param>
    /// <param name="bytesPerSecond">How much goes at most, each way; null for any.</param>
    /// <param name="streamTypes">Whose connections.</param>
    /// <returns>The overlay <c>slow</c>.</returns>
    public static PolicyDocument Slow(TimeSpan latency, int? bytesPerSecond, params IReadOnlyList<string> streamTypes)
    {
        var ms = Number((long)latency.TotalMilliseconds);
        string[] delays = [$"delay_connect_ms={ms}", $"delay_write_ms={ms}"];
        return Faults("slow", streamTypes, bytesPerSecond is { } rate ? [.. delays, $"rate_limit={Number(rate)}"] : delays);
    }

    /// <summary>Each connection is reset when it has received so many bytes, those of TLS included.</summary>
    /// <param name="receivedBytes">How many.</param>
    /// <param name="streamTypes">Whose connections.</param>
    /// <returns>The overlay <c>cut-after</c>.</returns>
    public static PolicyDocument CutAfter(long receivedBytes, params IReadOnlyList<string> streamTypes) => Faults("cut-after", streamTypes, $"cut_after_received={Number(receivedBytes)}");

    /// <summary>Each connection is reset when it has stood so long.</summary>
    /// <param name="time">How long, on the clock of the context.</param>
    /// <param name="streamTypes">Whose connections.</param>
    /// <returns>The overlay <c>cut-after</c>.</returns>
    public static PolicyDocument CutAfter(TimeSpan time, params IReadOnlyList<string> streamTypes) => Faults("cut-after", streamTypes, $"cut_after_ms={Number((long)time.TotalMilliseconds)}");

    /// <summary>A black hole: connections stand, and nothing moves on them, so that only the policy's bounds on silence end them.</summary>
    /// <param name="streamTypes">Whose connections.</param>
    /// <returns>The overlay <c>stalled</c>.</returns>
    public static PolicyDocument Stalled(params IReadOnlyList<string> streamTypes) => Faults("stalled", streamTypes, "stall");

    /// <summary>The streamtypes lead to local sinks of the test (<see cref="SsTestContext.Serve"/>) instead of a network. Injects nothing.</summary>
    /// <param name="streamTypes">Which.</param>
    /// <returns>The overlay <c>local-sinks</c>.</returns>
    public static PolicyDocument LocalSinks(params IReadOnlyList<string> streamTypes) => Make("local-sinks", streamTypes, static writer => writer.WriteBoolean("local_sink", true));

    /// <summary>The text of an overlay.</summary>
    /// <param name="overlay">The overlay.</param>
    /// <returns>JSON, indented.</returns>
    public static string TextOf(PolicyDocument overlay) => Encoding.UTF8.GetString(overlay.Utf8.Span);

    private static IReadOnlyList<string> OrDetection(IReadOnlyList<string> streamTypes) => streamTypes.Count > 0 ? streamTypes : ["captive_portal_detect"];

    private static string Number(long number)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        return number.ToString(CultureInfo.InvariantCulture);
    }

    private static PolicyDocument Make(string name, IReadOnlyList<string> streamTypes, Action<Utf8JsonWriter> write)
    {
        ArgumentNullException.ThrowIfNull(streamTypes);
        if (streamTypes.Count == 0)
            throw new ArgumentException("Name a streamtype at least.", nameof(streamTypes));
        using var text = new MemoryStream();
        using (var writer = new Utf8JsonWriter(text, Format))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("s");
            writer.WriteStartObject();
            foreach (var streamType in streamTypes)
            {
                writer.WriteStartObject(streamType);
                write(writer);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        text.WriteByte((byte)'\n');
        return new PolicyDocument(text.ToArray(), name);
    }
}
