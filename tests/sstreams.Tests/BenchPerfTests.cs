using System.Buffers.Binary;
using System.Text.Json;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Tool.Tests;

/// <summary><c>sstreams bench</c> of streamtypes with <c>perf</c>: what they are told of connections is no payload.</summary>
public sealed class BenchPerfTests : IAsyncLifetime
{
    private const string Perf = ", \"perf\": true";

    private KestrelTestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await KestrelTestHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData("h1")]
    [InlineData("ws")]
    [InlineData("raw")]
    public async Task It_does_not_count_as_received(string protocol)
    {
        using var policy = new TestPolicy(protocol switch
        {
            "h1" => TestPolicy.Http("it", _host.HttpPort, "GET", "/bytes/64", Perf[2..]),
            "ws" => WebSocketTests.WebSocket("it", _host.HttpPort, "/ws/echo", Perf),
            _ => RunRawTests.Raw("it", _host.RawPort, Perf),
        });
        var json = await JsonAsync(policy, "--messages", "20", "--warm-up", "0");
        Assert.Equal((20, 20 * 64), (json.GetProperty("operations").GetInt64(), json.GetProperty("received_bytes").GetInt64()));
    }

    [Fact]
    public async Task It_is_no_answer_to_a_one_way_load()
    {
        await using var sink = ScriptedServer.Start(static async (connection, stopping) =>
        {
            await connection.ReadAsync((int)BinaryPrimitives.ReadInt64LittleEndian(await connection.ReadAsync(8, stopping)), stopping);
            await connection.WriteAsync([1], stopping);
            await connection.DrainAsync(stopping);
        });
        using var policy = new TestPolicy(RunRawTests.Raw("it", sink.Port, Perf));
        var json = await JsonAsync(policy, "--one-way", "--messages", "20", "--warm-up", "0");
        Assert.Equal((20, 1), (json.GetProperty("operations").GetInt64(), json.GetProperty("received_bytes").GetInt64()));
    }

    private static async Task<JsonElement> JsonAsync(TestPolicy policy, params string[] arguments) =>
        JsonDocument.Parse((await Tool.RunAsync([], policy.Directory, ["bench", "it", "--policy", "policy.json", "--json", .. arguments])).Exits(0).Output).RootElement;
}
