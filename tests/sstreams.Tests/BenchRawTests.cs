using System.Buffers.Binary;
using System.Text.Json;
using SecureStreams.TestSupport.Servers;

namespace SecureStreams.Tool.Tests;

/// <summary><c>sstreams bench</c> over raw connections: echoes are counted by their bytes, and what a lost connection took with it is sent again.</summary>
public sealed class BenchRawTests : IAsyncLifetime
{
    private KestrelTestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await KestrelTestHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData(64, 1, 1)]
    [InlineData(64, 50, 3)]
    [InlineData(3, 4, 2)]
    [InlineData(100_000, 4, 2)]
    public async Task Echoes_are_counted(int size, int outstanding, int streams)
    {
        using var policy = new TestPolicy(RunRawTests.Raw("echo", _host.RawPort));
        var json = await JsonAsync(policy, 0, "echo", "--messages", "200", "--warm-up", "10", "--size", $"{size}", "--outstanding", $"{outstanding}", "--streams", $"{streams}");
        Assert.Equal((200, 200L * size, 200L * size), (Number(json, "operations"), Number(json, "sent_bytes"), Number(json, "received_bytes")));
        Assert.Equal(("echo", "raw", true), (json.GetProperty("mode").GetString(), json.GetProperty("protocol").GetString(), json.GetProperty("complete").GetBoolean()));
        Assert.True(json.GetProperty("latency_us").GetProperty("p50").GetDouble() > 0);
    }

    [Fact]
    public async Task A_one_way_load_ends_with_the_answer_of_the_peer()
    {
        long taken = 0;
        await using var sink = ScriptedServer.Start(async (connection, stopping) =>
        {
            // The warm-up, then what counts; the tool closes after that.
            for (var batch = 0; batch < 2; batch++)
            {
                var length = BinaryPrimitives.ReadInt64LittleEndian(await connection.ReadAsync(8, stopping));
                await connection.ReadAsync((int)length, stopping);
                Interlocked.Add(ref taken, length);
                await connection.WriteAsync([1], stopping);
            }

            await connection.DrainAsync(stopping);
        });
        using var policy = new TestPolicy(RunRawTests.Raw("sink", sink.Port));
        var json = await JsonAsync(policy, 0, "sink", "--one-way", "--messages", "1000", "--warm-up", "100", "--size", "500");
        Assert.Equal((1000, 500_008, 550_000), (Number(json, "operations"), Number(json, "sent_bytes"), Interlocked.Read(ref taken)));
        Assert.False(json.TryGetProperty("latency_us", out _));
    }

    [Fact]
    public async Task A_connection_that_is_lost_is_told_and_its_messages_are_sent_again()
    {
        await using var peer = ScriptedServer.Start(
            async (connection, stopping) =>
            {
                for (var i = 0; i < 5; i++)
                    await connection.WriteAsync(await connection.ReadAsync(16, stopping), stopping);
                await connection.ReadAsync(16, stopping);
                connection.Reset();
            },
            async (connection, stopping) =>
            {
                for (var i = 0; i < 15; i++)
                    await connection.WriteAsync(await connection.ReadAsync(16, stopping), stopping);
                await connection.DrainAsync(stopping);
            });
        using var policy = new TestPolicy(RunRawTests.Raw("echo", peer.Port, ", \"retry\": \"twice\""));
        var json = await JsonAsync(policy, 0, "echo", "--messages", "20", "--warm-up", "0", "--size", "16");
        Assert.Equal((20, 1, 1), (Number(json, "operations"), Number(json, "reconnects"), Number(json, "lost")));
        var trouble = Assert.Single(json.GetProperty("troubles").EnumerateArray());
        Assert.Equal(("disconnected: Peer/ConnectionReset", 1), (trouble.GetProperty("cause").GetString(), trouble.GetProperty("count").GetInt32()));
    }

    [Theory]
    [InlineData("--messages", "20")]
    [InlineData("--duration", "1")]
    public async Task An_echo_that_is_not_what_was_sent_ends_the_stream(string option, string value)
    {
        await using var peer = ScriptedServer.Start(static async (connection, stopping) =>
        {
            var message = await connection.ReadAsync(16, stopping);
            message[0] ^= 0xFF;
            await connection.WriteAsync(message, stopping);
            await connection.DrainAsync(stopping);
        });
        using var policy = new TestPolicy(RunRawTests.Raw("echo", peer.Port));
        var json = await JsonAsync(policy, 1, "echo", option, value, "--warm-up", "0", "--size", "16");
        Assert.False(json.GetProperty("complete").GetBoolean());
        Assert.Equal(0, Number(json, "operations"));
        Assert.Equal("every stream gave up", json.GetProperty("ended_by").GetString());
        Assert.Contains(json.GetProperty("troubles").EnumerateArray(), static one => one.GetProperty("cause").GetString() == "an echo is not what was sent");
    }

    [Fact]
    public async Task A_peer_that_answers_one_stream_wrongly_is_no_good_peer_though_all_was_done()
    {
        // The other one has no answer before that, so that it cannot do everything alone.
        var connections = 0;
        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var peer = ScriptedServer.Start(async (connection, stopping) =>
        {
            var isWrong = Interlocked.Increment(ref connections) == 1;
            while (true)
            {
                byte[] message;
                try
                {
                    message = await connection.ReadAsync(16, stopping);
                }
                catch (EndOfStreamException)
                {
                    return;
                }

                if (!isWrong)
                    await answered.Task.WaitAsync(stopping);
                message[0] ^= isWrong ? (byte)0xFF : (byte)0;
                await connection.WriteAsync(message, stopping);
                if (isWrong)
                    answered.TrySetResult();
            }
        });
        using var policy = new TestPolicy(RunRawTests.Raw("echo", peer.Port));
        var json = await JsonAsync(policy, 1, "echo", "--messages", "500", "--warm-up", "0", "--size", "16", "--streams", "2");
        Assert.Equal((500, true), (Number(json, "operations"), json.GetProperty("complete").GetBoolean()));
    }

    [Fact]
    public async Task What_a_stream_leaves_is_done_by_one_that_had_nothing_left_to_do()
    {
        // The first one keeps its message until the other has done all the rest, and loses it then.
        const int Messages = 20;
        var connections = 0;
        var restIsDone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var peer = ScriptedServer.Start(async (connection, stopping) =>
        {
            if (Interlocked.Increment(ref connections) == 1)
            {
                await connection.ReadAsync(16, stopping);
                await restIsDone.Task.WaitAsync(stopping);
                connection.Reset();
                return;
            }

            for (var i = 1; i <= Messages; i++)
            {
                await connection.WriteAsync(await connection.ReadAsync(16, stopping), stopping);
                if (i == Messages - 1)
                    restIsDone.SetResult();
            }

            await connection.DrainAsync(stopping);
        });
        using var policy = new TestPolicy(RunRawTests.Raw("echo", peer.Port));
        var json = await JsonAsync(policy, 0, "echo", "--messages", $"{Messages}", "--warm-up", "0", "--size", "16", "--streams", "2");
        Assert.Equal((Messages, 1, true), (Number(json, "operations"), Number(json, "lost"), json.GetProperty("complete").GetBoolean()));
    }

    [Theory]
    [InlineData("--one-way over raw announces to the peer how much is sent, so it needs --messages, not --duration", "--one-way", "--duration", "1")]
    [InlineData("--size: a message needs at least 1 byte", "--size", "0")]
    [InlineData("streamtype 'echo' is raw, which has no transactions: --get does not apply", "--get")]
    public async Task What_raw_cannot_do_is_refused(string message, params string[] arguments)
    {
        using var policy = new TestPolicy(RunRawTests.Raw("echo", 1));
        (await Tool.RunAsync([], policy.Directory, ["bench", "echo", "--policy", "policy.json", .. arguments])).Is(2, "", $"sstreams: error: {message}\n");
    }

    private static async Task<JsonElement> JsonAsync(TestPolicy policy, int exitCode, params string[] arguments) =>
        JsonDocument.Parse((await Tool.RunAsync([], policy.Directory, ["bench", "--policy", "policy.json", "--json", .. arguments])).Exits(exitCode).Output).RootElement;

    private static long Number(JsonElement json, string name) => json.GetProperty(name).GetInt64();
}
