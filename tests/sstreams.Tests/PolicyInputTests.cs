namespace SecureStreams.Tool.Tests;

/// <summary>Files that are no files, have no end, or never come.</summary>
public sealed class PolicyInputTests
{
    /// <summary>Enough for the program and one large document, too little for two, and for any of the size that is refused.</summary>
    private const string SmallHeap = "0x1400000";

    private const string Sound = """{ "schema-version": 1, "s": [{ "one": { "endpoint": "example.com" } }] }""";

    [Fact]
    public async Task A_huge_file_is_refused_by_its_size_alone()
    {
        using var directory = new TestDirectory();
        await using (var file = File.Create(directory["huge.json"]))
            file.SetLength(1L << 30);
        (await RunSmallAsync(directory, "policy", "check", "huge.json")).Is(2, """
            huge.json(1,1): error SSP0005: the document has 1073741824 bytes; at most 16777216 are read
            huge.json: failed, 1 error, 0 warnings

            """, "");
        (await RunSmallAsync(directory, "run", "one", "--policy", "huge.json")).Exits(2);
    }

    [Fact]
    public async Task An_endless_input_is_refused_at_the_limit()
    {
        Assert.SkipUnless(File.Exists("/dev/zero"), "There is no /dev/zero here.");
        (await Tool.RunAsync("policy", "check", "/dev/zero")).Is(2, """
            /dev/zero(1,1): error SSP0005: the document has more than 16777216 bytes; at most 16777216 are read
            /dev/zero: failed, 1 error, 0 warnings

            """, "");
        (await Tool.RunAsync(new byte[(16 << 20) + 1], null, "policy", "check", "-")).Is(2, """
            <stdin>(1,1): error SSP0005: the document has more than 16777216 bytes; at most 16777216 are read
            <stdin>: failed, 1 error, 0 warnings

            """, "");
    }

    [Fact]
    public async Task A_named_pipe_is_read()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no named pipes in folders here.");
        using var directory = new TestDirectory();
        directory.AddPipe("pipe");
        await using var tool = Tool.Start(directory.Path, readOutput: true, "policy", "check", "pipe");
        await File.WriteAllTextAsync(directory["pipe"], Sound, TestContext.Current.CancellationToken);
        (await tool.WaitAsync()).Is(0, "pipe: ok, 1 streamtype, 0 warnings\n", "");
    }

    [Fact]
    public async Task No_permission_is_told()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess, "Nothing is forbidden here.");
        using var directory = new TestDirectory();
        directory.Add("locked.json", Sound);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(directory["locked.json"], UnixFileMode.None);
        (await directory.RunAsync("policy", "check", "locked.json")).Is(2, "", "sstreams: error: locked.json: cannot be read: permission denied\n");
    }

    [Theory]
    [InlineData("INT", 130, "policy", "check", "first", "pipe")]
    [InlineData("TERM", 143, "policy", "check", "--format", "json", "--output", "out.json", "first", "pipe")]
    [InlineData("INT", 130, "policy", "check", "first", "-")]
    [InlineData("INT", 130, "policy", "show", "--policy", "first", "--overlay", "pipe")]
    [InlineData("TERM", 143, "policy", "diff", "--output", "out", "first", "pipe")]
    [InlineData("INT", 130, "policy", "compile", "--policy", "first", "--overlay", "pipe", "--output", "out")]
    public async Task Signal_ends_a_wait_for_a_policy(string signal, int exitCode, params string[] arguments)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no POSIX signals here.");
        using var directory = new TestDirectory();
        directory.AddPipe("first");
        directory.AddPipe("pipe");
        await using var tool = Tool.Start(directory.Path, readOutput: true, arguments);

        // Taken by the program when it is at work; what it reads next has no writer, or one that says nothing.
        await File.WriteAllTextAsync(directory["first"], Sound, TestContext.Current.CancellationToken);
        await Signals.SendAsync(tool, signal);
        var result = (await tool.WaitAsync()).Exits(exitCode);
        Assert.Equal("sstreams: cancelled\n", result.Errors);
        Assert.Equal(["first", "pipe"], directory.Names);
    }

    [Fact]
    public async Task Signal_ends_a_run_that_waits_for_its_policy()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no POSIX signals here.");
        using var directory = new TestDirectory();
        directory.AddPipe("pipe");
        await using var tool = Tool.Start(directory.Path, readOutput: true, "run", "one", "--policy", "pipe");

        // Opens when the program opens its end, and says nothing.
        await using var writer = await Task.Run(() => new FileStream(directory["pipe"], FileMode.Open, FileAccess.Write, FileShare.ReadWrite), TestContext.Current.CancellationToken);
        await Signals.SendAsync(tool, "INT");
        (await tool.WaitAsync()).Is(130, "", "sstreams: cancelled\n");
    }

    [Fact]
    public async Task A_mistake_of_the_program_is_one_line_and_exits_70()
    {
        // No memory for what is within the limits stands for all that nobody thought of: the layers of a policy are held side by side.
        using var directory = new TestDirectory();
        foreach (var name in new[] { "large.json", "above.json" })
            directory.Add(name, "{\"s\":[" + new string(' ', 15_000_000) + "]}");
        var result = (await RunSmallAsync(directory, "policy", "check", "large.json", "--overlay", "above.json")).Exits(70);
        Assert.Equal("", result.Text);
        Assert.Matches(@"^sstreams: error: this is a mistake of the program, not yours: OutOfMemoryException.*\. Please report it, with the command line\.\n$", result.Errors);
    }

    [Theory]
    [InlineData("policy", "check", "-")]
    [InlineData("policy", "check", "--policy", "sound.json", "--overlay", "-")]
    [InlineData("policy", "show", "--policy", "-")]
    [InlineData("policy", "diff", "sound.json", "-")]
    [InlineData("policy", "compile")]
    [InlineData("run", "one", "--policy", "-")]
    [InlineData("run", "one", "--policy", "sound.json", "--data", "-")]
    public async Task A_closed_standard_input_is_told_and_not_waited_for(params string[] arguments)
    {
        Assert.SkipUnless(File.Exists("/proc/self/fdinfo/0"), "The system does not tell.");
        using var directory = new TestDirectory();
        directory.Add("sound.json", Sound);
        await using var tool = Tool.StartWithoutInput(directory.Path, arguments);
        var result = (await tool.WaitAsync()).Exits(2);
        Assert.Equal("sstreams: error: standard input: cannot be read: it is closed\n", result.Errors);
        Assert.DoesNotContain("ok", result.Text, StringComparison.Ordinal);
    }

    private static async Task<ToolResult> RunSmallAsync(TestDirectory directory, params string[] arguments)
    {
        await using var tool = Tool.Start(directory.Path, readOutput: true, [new("DOTNET_GCHeapHardLimit", SmallHeap)], arguments);
        return await tool.WaitAsync();
    }
}
