using System.Buffers.Binary;
using Microsoft.Extensions.Logging;
using SecureStreams.TestSupport.Checks;
using SecureStreams.Transports.Mqtt.Session;

namespace SecureStreams.Tests.Transports.Mqtt.Session;

/// <summary>The session in a file: what is read is what was written, whatever became of the file meanwhile.</summary>
public sealed class MqttSessionFileTests : IDisposable
{
    private const string Identity = "mqtt://broker.test:1883/client";

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("ss-session-");
    private readonly TestLog _log = new();

    private ILogger Logger => ((ILoggerFactory)_log).CreateLogger("session");

    private string FilePath => Assert.Single(Directory.GetFiles(System.IO.Path.Combine(_root.FullName, "mqtt"), "*.session"));

    public void Dispose()
    {
        _log.AssertClean();
        _log.Dispose();
        _root.Delete(recursive: true);
    }

    [Fact]
    public void A_session_comes_back_as_it_was_and_goes_on()
    {
        string before;
        using (var bench = Open())
        {
            bench.Connect(isPresent: false, receiveMaximum: 4);
            foreach (var (payload, qos) in (ReadOnlySpan<(string, byte)>)[("a", 2), ("b", 1), ("c", 2), ("d", 1), ("e", 1)])
                bench.Hold(payload, qos, retain: payload == "b");
            Assert.Equal("PUBLISH 1 t=a; PUBLISH 2 retain t=b; PUBLISH 3 t=c; PUBLISH 4 t=d", bench.Sent());
            bench.Session.PubRecArrived(3, 0);
            bench.Session.PubRecArrived(1, 0);
            bench.Session.PublishArrived(9, 2, out var ticket);
            bench.Session.Accept(ticket);
            Assert.Equal("PUBREC 9; PUBREL 3; PUBREL 1", bench.Sent());
            before = SessionText.Of(bench.Session);
        }

        using var again = Open();
        Assert.Equal(before, SessionText.Of(again.Session));
        Assert.True(again.Session.IsEstablished);
        Assert.Equal(MqttResumption.Resumed, again.Connect());
        Assert.Equal("PUBREL 3; PUBREL 1; PUBLISH 2 dup retain t=b; PUBLISH 4 dup t=d; PUBLISH 5 t=e", again.Sent());
        Assert.Equal(MqttArrival.Duplicate, again.Session.PublishArrived(9, 2, out _));
        Assert.Equal("PUBREC 9", again.Sent());
        Assert.Equal(new MqttSettled(MqttSettlement.Acknowledged, null, 2, 0), again.Session.PubAckArrived(2, 0));
        Assert.Equal(6UL, again.Hold("f"));
    }

    [Fact]
    public void Filters_are_kept_with_their_streamtypes_until_the_broker_has_ended_them_or_lost_the_session()
    {
        using (var bench = Open())
        {
            bench.Connect(isPresent: false);
            bench.Session.Subscribing("a/+", "a/+"u8.ToArray(), "one");
            bench.Session.Subscribing("a/+", "a/+"u8.ToArray(), "two");
            bench.Session.Subscribing("b", "b"u8.ToArray(), "one");
            bench.Session.Unsubscribed("b");

            // Ended once more, for a stream that had it once: what follows is read all the same.
            bench.Session.MayHave("b", "b"u8.ToArray());
            bench.Session.Unsubscribed("b");
            bench.Session.Subscribing("c", "c"u8.ToArray(), "one");
            bench.Session.FindFilter("c")!.StreamTypes.Clear();
        }

        // As it was written step by step, and then as a whole.
        for (var process = 0; process < 2; process++)
        {
            using var again = Open(process == 0 ? MqttSessionFile.CompactFrom : 0);
            Assert.Equal(["a/+", "c"], again.Session.Filters.Select(static one => one.Text).Order(StringComparer.Ordinal));
            Assert.Equal(["one", "two"], again.Session.FindFilter("a/+")!.StreamTypes.Order(StringComparer.Ordinal));
            Assert.Equal(["a/+", "c"], again.Session.TakeInherited("one").Select(static one => one.Text));
            Assert.Empty(again.Session.TakeInherited("one"));
            again.Hold("x");
        }

        using (var bench = Open())
            bench.Connect(isPresent: false);
        using var last = Open();
        Assert.Empty(last.Session.Filters);
    }

    [Fact]
    public void Nothing_is_sent_before_it_is_in_the_file()
    {
        using var bench = Open();
        bench.Connect(isPresent: false);
        bench.Hold("a", qos: 2);
        Assert.True(bench.Session.TryTake(out _));
        Assert.Contains("numbered 1 1", Reloaded(File.ReadAllBytes(FilePath)), StringComparison.Ordinal);
        bench.Session.Written();
        bench.Session.PubRecArrived(1, 0);
        Assert.True(bench.Session.TryTake(out var send));
        Assert.Equal(MqttSendKind.PubRel, send.Kind);
        Assert.Contains("released 1", Reloaded(File.ReadAllBytes(FilePath)), StringComparison.Ordinal);

        bench.Session.PublishArrived(5, 2, out var ticket);
        bench.Session.Accept(ticket);
        Assert.True(bench.Session.TryTake(out _));
        Assert.EndsWith("accepted 5", Reloaded(File.ReadAllBytes(FilePath)), StringComparison.Ordinal);
        bench.Session.PubRelArrived(5);
        Assert.True(bench.Session.TryTake(out send));
        Assert.Equal(MqttSendKind.PubComp, send.Kind);
        Assert.EndsWith("accepted ", Reloaded(File.ReadAllBytes(FilePath)), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_connection_each_step_is_in_the_file_at_once_and_with_one_when_it_is_asked_for()
    {
        using var bench = Open();
        bench.Hold("a");
        Assert.Contains("=a", Reloaded(File.ReadAllBytes(FilePath)), StringComparison.Ordinal);
        bench.Connect(isPresent: false);
        bench.Hold("b");
        Assert.DoesNotContain("=b", Reloaded(File.ReadAllBytes(FilePath)), StringComparison.Ordinal);
        bench.Session.Commit();
        Assert.Contains("=b", Reloaded(File.ReadAllBytes(FilePath)), StringComparison.Ordinal);

        // That a message was taken does not wait: the stream may have the next one already.
        bench.Session.PublishArrived(5, 2, out var late);
        bench.Session.PublishArrived(6, 2, out var soon);
        bench.Session.Accept(soon);
        Assert.EndsWith("accepted 6", Reloaded(File.ReadAllBytes(FilePath)), StringComparison.Ordinal);
        bench.Session.Disconnected();
        bench.Session.Accept(late);
        Assert.EndsWith("accepted 5,6", Reloaded(File.ReadAllBytes(FilePath)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_file_that_is_cut_at_any_byte_has_the_newest_whole_state(int seed)
    {
        var (bytes, boundaries) = Walk(seed, steps: 60);
        var unfinished = 0;
        var newest = "";
        for (var length = boundaries[0]; length <= bytes.Length; length++)
        {
            var state = Reloaded(bytes[..length]);
            if (boundaries.Contains(length))
                newest = state;
            else
                unfinished++;
            Assert.Equal(newest, state);
        }

        Assert.Equal(unfinished, _log.Entries.Count(static entry => entry.Id.Name == "MqttSessionTailCut"));
        Assert.DoesNotContain(_log.Entries, static entry => entry.Id.Name == "MqttSessionDamaged");
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void A_file_that_is_damaged_at_any_byte_counts_up_to_the_damage(int seed)
    {
        var (bytes, boundaries) = Walk(seed, steps: 40);
        var random = new Random(seed);
        var before = "";
        for (var damaged = boundaries[0]; damaged < bytes.Length; damaged++)
        {
            if (boundaries.Contains(damaged))
                before = Reloaded(bytes[..damaged]);
            var copy = bytes.ToArray();
            copy[damaged] ^= (byte)(1 << random.Next(8));
            Assert.Equal(before, Reloaded(copy));
        }

        Assert.Equal(bytes.Length - boundaries[0], _log.Entries.Count(static entry => entry.Id.Name == "MqttSessionDamaged"));
    }

    [Fact]
    public void A_file_of_something_else_is_put_aside()
    {
        var (bytes, boundaries) = Walk(seed: 6, steps: 10);
        for (var damaged = 0; damaged < boundaries[0]; damaged++)
        {
            var copy = bytes.ToArray();
            copy[damaged] ^= 1;
            Assert.Equal("accepted ", Reloaded(copy, out var store));
            Assert.Contains("put aside", store.Damage, StringComparison.Ordinal);
        }

        for (var length = 1; length < boundaries[0]; length++)
            Assert.Equal("accepted ", Reloaded(bytes[..length]));
        Assert.Equal("accepted ", Reloaded([]));
    }

    [Fact]
    public void A_file_that_has_grown_is_written_anew_and_stays_small()
    {
        string before;
        using (var bench = Open())
        {
            bench.Connect(isPresent: false);
            var payload = new string('x', 1000);
            bench.Hold("first", qos: 2);
            bench.Sent();
            long largest = 0;
            for (var number = 0; number < 20_000; number++)
            {
                bench.Hold(payload);
                Assert.True(bench.Session.TryTake(out var send));
                bench.Session.Written();
                bench.Session.PubAckArrived(send.Id, 0);
                if (number % 1000 == 0)
                    largest = Math.Max(largest, new FileInfo(FilePath).Length);
            }

            Assert.InRange(largest, 1 << 20, 4 * 1024 * 1024 + 4096);
            before = SessionText.Of(bench.Session);
        }

        using var again = Open();
        Assert.Equal(before, SessionText.Of(again.Session));
        Assert.Empty(Directory.GetFiles(System.IO.Path.Combine(_root.FullName, "mqtt"), "*.new"));
    }

    [Fact]
    public void Only_its_owner_can_read_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix modes.");
        using var bench = Open();
        bench.Connect(isPresent: false);
        bench.Sent();
        if (OperatingSystem.IsWindows())
            return;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(System.IO.Path.GetDirectoryName(FilePath)!));
    }

    [Fact]
    public void One_that_others_can_write_to_is_neither_read_nor_touched()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Unix modes.");
        using (var bench = Open())
        {
            bench.Connect(isPresent: false);
            bench.Hold("a");
            bench.Sent();
        }

        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(FilePath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherWrite);
        var bytes = File.ReadAllBytes(FilePath);
        using (var again = Open())
        {
            Assert.Equal("accepted ", SessionText.Of(again.Session));
            Assert.Contains("chmod 600", again.Session.StoreProblem, StringComparison.Ordinal);
            again.Connect(isPresent: false);
            again.Hold("b");
            Assert.Equal("PUBLISH 1 t=b", again.Sent());
        }

        Assert.Equal(bytes, File.ReadAllBytes(FilePath));
        Assert.Single(_log.Entries, static entry => entry.Id.Name == "MqttSessionNotKept");
    }

    [Fact]
    public void Two_cannot_use_it_at_once()
    {
        using (Open())
        {
            Assert.Null(MqttSessionFile.TryOpen(_root.FullName, Identity, Logger, out var refusal));
            Assert.Contains("in use by another", refusal, StringComparison.Ordinal);
            using var other = MqttSessionFile.TryOpen(_root.FullName, Identity + "2", Logger, out refusal);
            Assert.NotNull(other);
            Assert.Null(refusal);
        }

        Open().Dispose();
    }

    [Fact]
    public void A_folder_that_cannot_be_used_leaves_the_session_in_memory()
    {
        File.WriteAllText(System.IO.Path.Combine(_root.FullName, "mqtt"), "no folder");
        using (var bench = Open())
        {
            Assert.NotNull(bench.Session.StoreProblem);
            bench.Connect(isPresent: false);
            bench.Hold("a");
            Assert.Equal("PUBLISH 1 t=a", bench.Sent());

            // Mended, it is kept again after some commits.
            File.Delete(System.IO.Path.Combine(_root.FullName, "mqtt"));
            for (var number = 0; bench.Session.StoreProblem is not null; number++)
            {
                Assert.InRange(number, 0, 200);
                bench.Hold("b");
                bench.Sent();
            }

            Assert.Equal(SessionText.Of(bench.Session), Reloaded(File.ReadAllBytes(FilePath)));
        }

        Assert.Single(_log.Entries, static entry => entry.Id.Name == "MqttSessionKeptAgain");
    }

    /// <summary>A file that a walk has written, and where its head and each of its records end.</summary>
    private (byte[] Bytes, List<int> Boundaries) Walk(int seed, int steps)
    {
        var states = new List<(int Length, string Text)>();
        using (var bench = Open())
        {
            var walk = new SessionWalk(bench, seed);
            for (var step = 0; step < steps; step++)
            {
                walk.Step();
                states.Add(((int)new FileInfo(FilePath).Length, SessionText.Of(bench.Session)));
            }
        }

        var bytes = File.ReadAllBytes(FilePath);
        var boundaries = new List<int> { 8 + 4 + Identity.Length };
        while (boundaries[^1] < bytes.Length)
            boundaries.Add(boundaries[^1] + 12 + BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(boundaries[^1])));
        Assert.Equal(bytes.Length, boundaries[^1]);

        // What the session was after each of its steps is what the file up to there has.
        foreach (var (length, text) in states)
        {
            Assert.Contains(length, boundaries);
            Assert.Equal(text, Reloaded(bytes[..length]));
        }

        return (bytes, boundaries);
    }

    private string Reloaded(byte[] bytes) => Reloaded(bytes, out _);

    /// <summary>The state that a process finds that is started with these bytes in its file.</summary>
    private string Reloaded(byte[] bytes, out MqttSessionFile store)
    {
        var folder = System.IO.Path.Combine(_root.FullName, "reloaded");
        store = MqttSessionFile.TryOpen(folder, Identity, Logger, out _)!;
        var path = System.IO.Path.Combine(folder, "mqtt", System.IO.Path.GetFileName(FilePath));
        File.WriteAllBytes(path, bytes);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using var bench = new SessionBench(store: store);
        return SessionText.Of(bench.Session);
    }

    private SessionBench Open(long compactFrom = MqttSessionFile.CompactFrom) => new(store: MqttSessionFile.TryOpen(_root.FullName, Identity, Logger, out _, compactFrom)!);
}
