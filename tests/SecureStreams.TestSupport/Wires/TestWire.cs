using System.Globalization;
using System.Text;

namespace SecureStreams.TestSupport.Wires;

/// <summary>One way to speak to a test server, as a policy states it: nothing but the text of the policy differs between them.</summary>
/// <param name="Protocol">The policy's <c>protocol</c>.</param>
/// <param name="Tls">Whether it goes over TLS.</param>
public sealed record TestWire(string Protocol, bool Tls)
{
    /// <summary>The names that <see cref="Parse"/> knows.</summary>
    public static IReadOnlyList<string> Names { get; } = ["h1", "h1s", "h2c", "h2", "ws", "wss", "raw", "raws"];

    /// <summary>Whether a connection carries one request and its answer.</summary>
    public bool IsTransactional => Protocol is "h1" or "h2";

    /// <summary>Whether the policy's <c>protocol</c> is raw.</summary>
    public bool IsRaw => Protocol == "raw";

    /// <summary>Whether it has messages, any number on a connection.</summary>
    public bool IsWebSocket => Protocol == "ws";

    /// <summary>The wire of a name.</summary>
    public static TestWire Parse(string name) => name switch
    {
        "h1" or "ws" or "raw" => new TestWire(name, Tls: false),
        "h2c" => new TestWire("h2", Tls: false),
        "h2" => new TestWire("h2", Tls: true),
        "h1s" or "wss" or "raws" => new TestWire(name[..^1], Tls: true),
        _ => throw new ArgumentException($"No wire is called '{name}'.", nameof(name)),
    };

    /// <summary>A whole policy around streamtypes (JSON members without the outer braces), with a trust store <c>test</c>.</summary>
    /// <param name="authority">The authority that it trusts, base64 DER.</param>
    /// <param name="retry">The members of the retry scheme <c>r</c>.</param>
    /// <param name="streamTypes">The streamtypes.</param>
    public static string Policy(string authority, string retry, params string[] streamTypes) => $$"""
        {
          "release": "test", "product": "test", "schema-version": 1,
          "retry": [{ "r": { {{retry}} } }],
          "certs": [{ "root": "{{authority}}" }],
          "trust_stores": [{ "name": "test", "stack": ["root"] }],
          "s": [{
            {{string.Join(",\n    ", streamTypes)}}
          }]
        }
        """;

    /// <summary>The member of one streamtype that does <paramref name="task"/>.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="ports">Where the server listens.</param>
    /// <param name="task">What it is to do.</param>
    /// <param name="endpoint">The server's address.</param>
    /// <param name="more">Further members, each with a comma before it.</param>
    public string StreamType(string name, HostPorts ports, WireTask task, string endpoint = "127.0.0.1", string more = "") =>
        StreamType(name, PortOf(ports, task), task, endpoint, more);

    /// <summary>As the other, to a relay's port.</summary>
    public string StreamType(string name, int port, WireTask task, string endpoint = "127.0.0.1", string more = "")
    {
        ArgumentNullException.ThrowIfNull(task);
        var tls = Tls ? "true, \"tls_trust_store\": \"test\"" : "false";
        var own = Protocol switch
        {
            "ws" => $", \"http_url\": \"{task.WebSocketUrl}\", \"ws_subprotocol\": \"test\", \"ws_binary\": true",
            "raw" => "",
            _ => $", \"http_method\": \"{task.Method}\", \"http_url\": \"{task.HttpUrl}\"",
        };
        return $$"""
            "{{name}}": { "endpoint": "{{endpoint}}", "port": {{port.ToString(CultureInfo.InvariantCulture)}}, "protocol": "{{Protocol}}", "tls": {{tls}}{{own}}, "retry": "r"{{more}} }
            """;
    }

    /// <summary>Where a server does <paramref name="task"/> in this way.</summary>
    public int PortOf(HostPorts ports, WireTask task)
    {
        ArgumentNullException.ThrowIfNull(ports);
        ArgumentNullException.ThrowIfNull(task);
        return (Protocol, Tls, task.RawLine.Length > 0) switch
        {
            ("raw", false, false) => ports.Raw,
            ("raw", true, false) => ports.RawTls,
            ("raw", false, true) => ports.RawCommand,
            ("raw", true, true) => ports.RawCommandTls,
            ("h2", false, _) => ports.H2c,
            ("h2", true, _) => ports.H2,
            (_, false, _) => ports.Http,
            (_, true, _) => ports.Https,
        };
    }

    /// <summary>What a raw stream sends first so that the server does <paramref name="task"/>; empty on any other wire.</summary>
    public byte[] FirstBytes(WireTask task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return IsRaw ? Encoding.ASCII.GetBytes(task.RawLine) : [];
    }
}
