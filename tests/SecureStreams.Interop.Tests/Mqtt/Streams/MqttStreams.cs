using System.Globalization;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Interop.Tests.Mqtt.Streams;

/// <summary>A context whose streamtypes lead to one port of a broker on loopback.</summary>
internal sealed class MqttStreams : IAsyncDisposable
{
    private readonly TestLog _log = new();

    private MqttStreams(string endpoint, int port, string retry, string? stateFolder, IEnumerable<(string Name, string Members)> types)
    {
        var all = types.Select(type => $$"""
            "{{type.Name}}": { "endpoint": "{{endpoint}}", "port": {{port.ToString(CultureInfo.InvariantCulture)}}, "protocol": "mqtt", "retry": "soon", {{type.Members}} }
            """);
        Context = SsContext.FromJson(
            $$"""
            {
              "retry": [{ "soon": { "backoff": [100], "jitterpc": 0, {{retry}} } }],
              "certs": [{ "root": "{{TestCertificates.Authority.Base64Der}}" }],
              "trust_stores": [{ "name": "test", "stack": ["root"] }],
              "s": [{ {{string.Join(",\n", all)}} }]
            }
            """,
            new() { LoggerFactory = _log, StateFolder = stateFolder });
    }

    public LocalContext Context { get; }

    /// <summary>Makes one whose streams connect again and again.</summary>
    /// <param name="port">Where the broker listens.</param>
    /// <param name="types">The streamtypes, each with its members besides endpoint, port, protocol and retry.</param>
    public static MqttStreams Open(int port, params (string Name, string Members)[] types) => new("localhost", port, "\"conceal\": 65535", null, types);

    /// <summary>As <see cref="Open"/>, with sessions that outlast the context.</summary>
    public static MqttStreams OpenKept(int port, string stateFolder, params (string Name, string Members)[] types) => new("localhost", port, "\"conceal\": 65535", stateFolder, types);

    /// <summary>As <see cref="Open"/>, with streams that try once.</summary>
    public static MqttStreams OpenOnce(int port, params (string Name, string Members)[] types) => new("localhost", port, "\"conceal\": 0", null, types);

    /// <summary>As <see cref="Open"/>, with more of the policy stated.</summary>
    /// <param name="endpoint">The broker.</param>
    /// <param name="port">Its port.</param>
    /// <param name="retry">Members of the retry scheme besides <c>backoff</c> and <c>jitterpc</c>.</param>
    /// <param name="types">The streamtypes.</param>
    public static MqttStreams OpenAt(string endpoint, int port, string retry, params (string Name, string Members)[] types) => new(endpoint, port, retry, null, types);

    /// <summary>What an operator reads of the last failure.</summary>
    public SsDetail LastDetail => Context.Diagnostics.Recent()[^1];

    public async ValueTask DisposeAsync()
    {
        await Context.DisposeAsync();
        _log.AssertClean();
        _log.Dispose();
    }
}
