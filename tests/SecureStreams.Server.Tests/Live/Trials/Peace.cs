using SecureStreams.Network;

namespace SecureStreams.Server.Tests.Live.Trials;

/// <summary>One harmless change of clients.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Protocol">What the stream speaks before.</param>
/// <param name="Tls">Whether under TLS.</param>
/// <param name="Change">The overlay.</param>
internal sealed record Peace(string Name, string Protocol, bool Tls, Func<TrialTown, string> Change)
{
    public static IReadOnlyList<Peace> All { get; } =
    [
        .. TrialTown.Protocols.Select(static p => new Peace("another server that is well", p, false, town => T($"\"port\": {town.Port(p + "2")}"))),
        .. TrialTown.Protocols.Select(static p => new Peace("another server under TLS", p, true, town => T($"\"port\": {town.Port(p + "tls2")}"))),
        .. TrialTown.Protocols.Select(static p => new Peace("TLS from now on", p, false, town => T($"\"port\": {town.Port(p + "tls")}, \"tls\": true, \"tls_trust_store\": \"main\""))),
        new("other time-outs", "h1", false, static _ => T("\"connect_timeout_ms\": 15000, \"timeout_ms\": 20000")),
        new("another back-off", "ws", false, static _ => """{ "retry": [{ "r": { "backoff": [30, 60], "jitterpc": 5 } }] }"""),
        new("other bounds on silence", "ws", false, static _ => """{ "retry": [{ "r": { "svalidping": 40, "svalidhup": 90 } }] }"""),
        new("metadata", "h2", false, static _ => T("\"metadata\": [{ \"region\": \"x-region:\" }]")),
        new("metadata", "ws", false, static _ => T("\"metadata\": [{ \"region\": \"x-region:\" }]")),
        new("another path", "h1", false, static _ => T("\"http_url\": \"/echo/further\"")),
        new("h1 to a server that speaks it beside h2", "h2", false, static _ => T("\"protocol\": \"h1\"")),
        new("h1 to a server that speaks it beside h2", "h2", true, static _ => T("\"protocol\": \"h1\"")),
        new("another protocol, where that is spoken", "h1", false, static town => T($"\"protocol\": \"h2\", \"port\": {town.Port("h2")}")),
        new("another protocol, where that is spoken", "ws", false, static town => T($"\"protocol\": \"raw\", \"port\": {town.Port("raw")}")),
        new("another protocol, where that is spoken", "raw", false, static town => T($"\"protocol\": \"ws\", \"ws_binary\": true, \"http_url\": \"/echo\", \"port\": {town.Port("ws")}")),
        new("more trust", "raw", true, static _ => """{ "trust_stores": [{ "main": ["ca", "strange"] }] }"""),
        new("the pin that the peer has", "ws", true, static town => T($"\"tls_pins\": [\"{TlsPins.HashOf(town.Own.Certificate)}\"]")),
        new("the local address", "raw", false, static _ => T("\"local_bind\": \"127.0.0.1\"")),
        new("compression", "ws", false, static _ => T("\"ws_deflate\": true")),
        new("larger messages", "ws", false, static _ => T("\"max_message_bytes\": 20000000")),
        new("it is to stand", "raw", false, static _ => T("\"nailed_up\": true")),
    ];

    /// <summary>As a test's name has it.</summary>
    public string Key => $"{Protocol}{(Tls ? " tls" : "")}: {Name}";

    private static string T(string members) => $$"""{ "s": [{ "t": { {{members}} } }] }""";
}
