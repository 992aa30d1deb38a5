namespace SecureStreams.Tool.Tests;

/// <summary>Where the result of a check goes: files, pipes without a reader, full disks.</summary>
public sealed class PolicyOutputTests
{
    [Theory]
    [InlineData("text")]
    [InlineData("json")]
    [InlineData("sarif")]
    public async Task A_file_gets_what_standard_output_would(string format)
    {
        using var directory = new TestDirectory();
        var input = Path.Combine(Tool.Policies, "warnings.json");
        var expected = (await directory.RunAsync("policy", "check", "--verbose", "--format", format, input)).Exits(0).Text;
        directory.Add("out", "what was there before");
        (await directory.RunAsync("policy", "check", "--verbose", "--format", format, "--output", "out", input)).Is(0, "", "");
        Assert.Equal(expected, await File.ReadAllTextAsync(directory["out"], TestContext.Current.CancellationToken));
        Assert.Equal(["out"], directory.Names);
    }

    [Fact]
    public async Task A_link_stays_a_link()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege here.");
        using var directory = new TestDirectory();
        directory.Add("folder/target", "");
        File.CreateSymbolicLink(directory["link"], "folder/target");
        (await directory.RunAsync("policy", "check", "--output", "link", Path.Combine(Tool.Policies, "warnings.json"))).Is(0, "", "");
        Assert.Equal("folder/target", new FileInfo(directory["link"]).LinkTarget);
        Assert.EndsWith("ok, 2 streamtypes, 4 warnings\n", await File.ReadAllTextAsync(directory["folder/target"], TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_to_nothing_gets_its_file()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege here.");
        using var directory = new TestDirectory();
        directory.Add("folder/other", "");
        File.CreateSymbolicLink(directory["link"], "folder/target");
        (await directory.RunAsync("policy", "schema", "--output", "link")).Is(0, "", "");
        Assert.Equal("folder/target", new FileInfo(directory["link"]).LinkTarget);
        Assert.NotEqual(0, new FileInfo(directory["folder/target"]).Length);
        File.CreateSymbolicLink(directory["lost"], "no/such");
        (await directory.RunAsync("policy", "schema", "--output", "lost")).Is(2, "", "sstreams: error: lost: cannot be written: there is no such directory\n");
    }

    [Fact]
    public async Task Links_in_a_circle_are_told()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege here.");
        using var directory = new TestDirectory();
        File.CreateSymbolicLink(directory["one"], "two");
        File.CreateSymbolicLink(directory["two"], "one");
        var result = (await directory.RunAsync("policy", "schema", "--output", "one")).Exits(1);
        Assert.Equal("", result.Text);
        Assert.StartsWith("sstreams: error: one: cannot be written: ", result.Errors, StringComparison.Ordinal);
        Assert.Equal(["one", "two"], directory.Names);
        Assert.Equal("two", new FileInfo(directory["one"]).LinkTarget);
    }

    [Fact]
    public async Task A_policy_is_not_replaced_by_what_is_said_of_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege here.");
        using var directory = new TestDirectory();
        const string Policy = """{ "schema-version": 1, "s": [{ "one": { "endpoint": "example.com" } }] }""";
        directory.Add("policy.json", Policy);
        File.CreateSymbolicLink(directory["link"], "policy.json");
        (await directory.RunAsync("policy", "check", "policy.json", "--output", "link")).Exits(2);
        (await directory.RunAsync("policy", "compile", "--policy", "link", "--output", directory["policy.json"])).Exits(2);
        Assert.Equal(Policy, await File.ReadAllTextAsync(directory["policy.json"], TestContext.Current.CancellationToken));

        // A streamtype is no file, whatever it is called.
        directory.Add("one", "what was there before");
        (await directory.RunAsync("policy", "show", "one", "--policy", "policy.json", "--output", "one")).Is(0, "", "");
    }

    [Theory]
    [InlineData("policy", "check", "warnings.json")]
    [InlineData("policy", "check", "--format", "json", "warnings.json")]
    [InlineData("policy", "show", "--policy", "warnings.json")]
    public async Task A_dash_is_standard_output(params string[] arguments)
    {
        var expected = (await Tool.RunAsync(arguments)).Exits(0);
        (await Tool.RunAsync([.. arguments, "--output", "-"])).Is(0, expected.Text, expected.Errors);
        Assert.False(File.Exists(Path.Combine(Tool.Policies, "-")));
    }

    [Theory]
    [InlineData(2, "policy", "check", "absent.json")]
    [InlineData(2, "policy", "bogus")]
    [InlineData(2, "policy")]
    [InlineData(0, "policy", "check", "--output", "out", "sound.json")]
    public async Task A_closed_standard_error_is_not_written_to(int exitCode, params string[] arguments)
    {
        Assert.SkipUnless(File.Exists("/proc/self/fdinfo/0"), "The system does not tell.");
        using var directory = new TestDirectory();
        directory.Add("sound.json", """{ "schema-version": 1, "s": [{ "one": { "endpoint": "example.com" } }] }""");
        await using var tool = Tool.StartClosing("2>&-", directory.Path, arguments);
        (await tool.WaitAsync()).Is(exitCode, "", "");
    }

    [Theory]
    [InlineData("policy", "check", "sound.json")]
    [InlineData("policy", "check", "--format", "json", "sound.json")]
    [InlineData("policy", "schema")]
    [InlineData("policy", "explain")]
    public async Task A_closed_standard_output_is_told(params string[] arguments)
    {
        Assert.SkipUnless(File.Exists("/proc/self/fdinfo/0"), "The system does not tell.");
        using var directory = new TestDirectory();
        directory.Add("sound.json", """{ "schema-version": 1, "s": [{ "one": { "endpoint": "example.com" } }] }""");
        await using var tool = Tool.StartClosing(">&-", directory.Path, arguments);
        (await tool.WaitAsync()).Is(1, "", "sstreams: error: standard output cannot be written: it is closed\n");
    }

    [Fact]
    public async Task A_new_file_has_the_mode_that_the_umask_says()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no modes here.");
        using var directory = new TestDirectory();
        directory.Add("usual", "");
        (await directory.RunAsync("policy", "check", "--output", "out", Path.Combine(Tool.Policies, "warnings.json"))).Exits(0);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(File.GetUnixFileMode(directory["usual"]), File.GetUnixFileMode(directory["out"]));
    }

    [Fact]
    public async Task A_file_that_was_there_keeps_its_mode()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no modes here.");
        using var directory = new TestDirectory();
        directory.Add("out", "secret");
        const UnixFileMode Mine = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(directory["out"], Mine);
        (await directory.RunAsync("policy", "check", "--output", "out", Path.Combine(Tool.Policies, "warnings.json"))).Is(0, "", "");
        if (!OperatingSystem.IsWindows())
            Assert.Equal(Mine, File.GetUnixFileMode(directory["out"]));
        Assert.EndsWith("4 warnings\n", await File.ReadAllTextAsync(directory["out"], TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".", 2, ".: cannot be written: it is a directory")]
    [InlineData("no/such", 2, "no/such: cannot be written: there is no such directory")]
    public async Task What_cannot_be_a_file_is_told(string name, int exitCode, string problem)
    {
        using var directory = new TestDirectory();
        (await directory.RunAsync("policy", "check", "--output", name, Path.Combine(Tool.Policies, "warnings.json"))).Is(exitCode, "", $"sstreams: error: {problem}\n");
        Assert.Empty(directory.Names);
    }

    [Theory]
    [InlineData("policy", "schema")]
    [InlineData("policy", "show", "--policy", "warnings.json")]
    [InlineData("policy", "diff", "warnings.json", "warnings.json")]
    [InlineData("policy", "compile", "--policy", "warnings.json")]
    public async Task Every_command_refuses_a_file_in_no_directory(params string[] arguments)
    {
        var result = (await Tool.RunAsync([.. arguments, "--output", "no/such"])).Exits(2);
        Assert.Equal("", result.Text);
        Assert.EndsWith("sstreams: error: no/such: cannot be written: there is no such directory\n", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_device_is_written_to_and_stays()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "There is no /dev/full here.");
        var full = (await Tool.RunAsync("policy", "check", "--output", "/dev/full", "warnings.json")).Exits(1);
        Assert.Equal("sstreams: error: /dev/full: cannot be written: No space left on device\n", full.Errors);
        Assert.True(File.Exists("/dev/full"));
        (await Tool.RunAsync("policy", "check", "--output", "/dev/stdout", "warnings.json")).Exits(0);
        (await Tool.RunAsync("policy", "check", "--output", "/dev/null", "warnings.json")).Is(0, "", "");
        await using var zero = File.OpenRead("/dev/null");
        Assert.Equal(-1, zero.ReadByte());
    }

    [Theory]
    [InlineData("policy", "show", "--policy", "-")]
    [InlineData("policy", "show", "one", "--policy", "-", "--format", "json")]
    [InlineData("policy", "diff", "-", "warnings.json")]
    [InlineData("policy", "compile", "--policy", "-")]
    public async Task Reader_that_goes_away_from_a_result_ends_it_quietly(params string[] arguments)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "A closed pipe is reported differently here.");
        await using var tool = Tool.Start(null, readOutput: false, arguments);
        tool.Output.Close();

        // Given only now, so that the result comes after the reader went.
        await tool.Input.WriteAsync("""{ "schema-version": 1, "s": [{ "one": { "endpoint": "example.com" } }] }"""u8.ToArray(), TestContext.Current.CancellationToken);
        tool.Input.Close();
        (await tool.WaitAsync()).Is(141, "", "");
    }

    [Theory]
    [InlineData("policy", "check", "warnings.json", "-")]
    [InlineData("policy", "check", "--format", "json", "-")]
    [InlineData("policy", "check", "--format", "sarif", "-")]
    public async Task Reader_that_goes_away_ends_it_quietly(params string[] arguments)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "A closed pipe is reported differently here.");
        await using var tool = Tool.Start(null, readOutput: false, arguments);
        tool.Output.Close();
        tool.Input.Close();
        (await tool.WaitAsync()).Is(141, "", "");
    }
}
