using System.Text;
using System.Text.Json;
using SecureStreams.Interop.Tests.Peers;

namespace SecureStreams.Interop.Tests.Mqtt.Clients;

/// <summary>mosquitto_sub, which goes on until it is disposed. Topics of its messages must need no escape in JSON.</summary>
internal sealed class MosquittoSubscriber : IAsyncDisposable
{
    private const string Format = """{"event":"message","topic":"%t","qos":%q,"retain":%r,"hex":"%x"}""";

    private readonly PeerProcess _process;

    private MosquittoSubscriber(PeerProcess process) => _process = process;

    /// <summary>What it received so far, in order, as <c>topic qos retain payload</c>, the payload as UTF-8.</summary>
    public IReadOnlyList<string> Messages => [.. _process.Events("message").Select(Text)];

    /// <summary>Starts it.</summary>
    public static MosquittoSubscriber Start(string program, IEnumerable<string> arguments) => new(PeerProcess.Start(program, [.. arguments, "-F", Format]));

    /// <summary>The first message, past or to come, for which <paramref name="isWanted"/> holds, in the form of <see cref="Messages"/>.</summary>
    public async Task<string> WaitForAsync(Func<string, bool> isWanted) => Text(await _process.WaitForAsync("message", one => isWanted(Text(one))));

    /// <summary>The first message with this payload, in the form of <see cref="Messages"/>.</summary>
    public Task<string> WaitForAsync(string payload) => WaitForAsync(text => text.EndsWith($" {payload}", StringComparison.Ordinal));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static string Text(JsonElement one) =>
        $"{one.GetProperty("topic").GetString()} {one.GetProperty("qos").GetInt32()} {one.GetProperty("retain").GetInt32()} {Encoding.UTF8.GetString(Convert.FromHexString(one.GetProperty("hex").GetString()!))}";
}
