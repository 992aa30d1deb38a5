namespace SecureStreams.Interop.Tests.Peers;

/// <summary>A program of somebody else that tests talk to. An absent one skips its tests with a reason, or fails them where a full run is demanded.</summary>
internal static class Peer
{
    // Servers are often installed where only root looks.
    private static readonly string[] AlsoIn = ["/usr/sbin", "/usr/local/sbin", "/sbin"];

    /// <summary>Set to 1 where every peer must be there: an absent one is then a failure.</summary>
    public static bool AreRequired => Environment.GetEnvironmentVariable("SS_REQUIRE_PEERS") == "1";

    /// <summary>The path of a program, or null.</summary>
    public static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Concat(AlsoIn)
            .Select(directory => Path.Combine(directory, program)).FirstOrDefault(File.Exists);

    /// <summary>Ends the test that needs an absent program.</summary>
    /// <param name="program">What was looked for.</param>
    /// <param name="package">The Debian package that has it.</param>
    public static Exception Absent(string program, string package)
    {
        var reason = $"{program} is not installed (Debian package {package}; tests/run.sh installs it when it may).";
        if (AreRequired)
            Assert.Fail(reason);
        Assert.Skip(reason);
        return new InvalidOperationException(reason);
    }
}
