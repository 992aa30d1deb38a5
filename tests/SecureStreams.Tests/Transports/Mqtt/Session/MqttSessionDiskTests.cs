using System.Diagnostics;
using SecureStreams.TestSupport.Checks;
using SecureStreams.Transports.Mqtt.Session;

namespace SecureStreams.Tests.Transports.Mqtt.Session;

/// <summary>A disk that is full: the session goes on, says why it is not kept, leaves nothing outdated behind, and is kept again when there is room.</summary>
public sealed class MqttSessionDiskTests : IDisposable
{
    private const string Identity = "mqtt://broker.test/full";

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("ss-full-");
    private readonly TestLog _log = new();
    private bool _isMounted;

    private string Folder => _root.FullName;

    public void Dispose()
    {
        if (_isMounted)
            Assert.Equal(0, Run("umount", Folder));
        _log.Dispose();
        _root.Delete(recursive: true);
    }

    [Fact]
    public void Where_the_state_alone_has_room_the_file_is_written_anew()
    {
        MountSmallDisk();
        using (var bench = Open())
        {
            bench.Connect(isPresent: false);
            bench.Hold("stays", qos: 2);
            bench.Sent();
            var payload = new string('x', 1000);
            for (ushort number = 2; number < 500; number++)
            {
                bench.Hold(payload);
                bench.Sent();
                Assert.Equal(MqttSettlement.Acknowledged, bench.Session.PubAckArrived(number, 0).How);
                Assert.Null(bench.Session.StoreProblem);
            }
        }

        using var again = Open();
        Assert.Contains("=stays", SessionText.Of(again.Session), StringComparison.Ordinal);
        _log.AssertClean();
        Assert.Empty(_log.Entries);
    }

    [Fact]
    public void Where_it_has_none_the_session_goes_on_in_memory_until_there_is_room()
    {
        MountSmallDisk();
        string state;
        using (var bench = Open())
        {
            bench.Connect(isPresent: false);
            bench.Hold("first");
            Assert.Equal("PUBLISH 1 t=first", bench.Sent());
            Assert.Single(Files());
            for (var number = 0; number < 8; number++)
                bench.Hold(new string('x', 20_000));
            Assert.Contains("PUBLISH 9 ", bench.Sent(), StringComparison.Ordinal);
            Assert.Contains("No space left", bench.Session.StoreProblem, StringComparison.Ordinal);
            Assert.Contains("goes on in memory", bench.Session.StoreProblem, StringComparison.Ordinal);

            // What it holds would be outdated, and the next process would believe it.
            Assert.Empty(Files());

            for (ushort id = 2; id <= 9; id++)
                Assert.Equal(MqttSettlement.Acknowledged, bench.Session.PubAckArrived(id, 0).How);
            for (ushort id = 10; bench.Session.StoreProblem is not null; id++)
            {
                Assert.InRange(id, 10, 200);
                bench.Hold("later");
                bench.Sent();
                bench.Session.PubAckArrived(id, 0);
            }

            bench.Sent();
            state = SessionText.Of(bench.Session);
        }

        using var again = Open();
        Assert.Equal(state, SessionText.Of(again.Session));
        Assert.Equal(["MqttSessionNotKept", "MqttSessionKeptAgain"], _log.Entries.Select(static entry => entry.Id.Name));
        _log.AssertClean();
    }

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }

    private void MountSmallDisk()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.UserName == "root", "A small disk can be mounted by root on Linux only.");
        _isMounted = Run("mount", "-t", "tmpfs", "-o", "size=64k,mode=700", "none", Folder) == 0;
        Assert.SkipUnless(_isMounted, "A small disk cannot be mounted here: root without the right to mount, as in a container.");
    }

    private string[] Files() => Directory.GetFiles(Path.Combine(Folder, MqttSessionFile.FolderName)).Where(static file => !file.EndsWith(".lock", StringComparison.Ordinal)).ToArray();

    private SessionBench Open() => new(store: MqttSessionFile.TryOpen(Folder, Identity, _log.CreateLogger("session"), out _)!);
}
