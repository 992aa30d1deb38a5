namespace SecureStreams.Tool.Tests;

/// <summary>Arguments that cannot be used: exit status 2, a line that says why, nothing on standard output, nothing run.</summary>
public sealed class UsageTests
{
    [Theory]
    [InlineData("'bogus' is no command", "bogus")]
    [InlineData("'chek' is no command; did you mean 'check'?", "policy", "chek")]
    [InlineData("FILE is missing: which policy is to be checked?", "policy", "check")]
    [InlineData("FILE: the file name is empty.", "policy", "check", "warnings.json", "")]
    [InlineData("--policy: the file name is empty.", "policy", "check", "--policy", "")]
    [InlineData("--overlay: the file name is empty.", "run", "get", "--policy", "x.json", "--overlay", "")]
    [InlineData("--output: the file name is empty.", "policy", "check", "x.json", "--output", "")]
    [InlineData("--data @FILE: the file name is empty.", "run", "get", "--policy", "x.json", "--data", "@")]
    [InlineData("Standard input (-) can be read only once.", "policy", "check", "-", "-")]
    [InlineData("Standard input (-) can be read only once.", "policy", "check", "-", "--overlay", "-")]
    [InlineData("Standard input (-) can be read only once.", "run", "get", "--policy", "-", "--overlay", "-")]
    [InlineData("Standard input (-) can be the policy or the data, not both.", "run", "get", "--policy", "x.json", "--overlay", "-", "--data", "-")]
    [InlineData("Give the policy as FILE or with --policy, not both.", "policy", "check", "a.json", "--policy", "b.json")]
    [InlineData("--overlay belongs to one policy, and 2 are given.", "policy", "check", "a.json", "b.json", "--overlay", "c.json")]
    [InlineData("--format is text or json or sarif, not 'xml'.", "policy", "check", "a.json", "--format", "xml")]
    [InlineData("--format is text or json, not 'sarif'.", "policy", "explain", "--format", "sarif")]
    [InlineData("Option '--policy' is required.", "policy", "show")]
    [InlineData("--format is text or json, not 'sarif'.", "policy", "show", "--policy", "x.json", "--format", "sarif")]
    [InlineData("BEFORE and AFTER are missing: give two policies, or --policy with --overlay.", "policy", "diff")]
    [InlineData("AFTER is missing: give two policies, or --policy with --overlay.", "policy", "diff", "a.json", "--overlay", "b.json")]
    [InlineData("AFTER: the file name is empty.", "policy", "diff", "a.json", "")]
    [InlineData("--overlay-before: the file name is empty.", "policy", "diff", "a.json", "b.json", "--overlay-before", "")]
    [InlineData("Give the policies as BEFORE and AFTER or with --policy, not both.", "policy", "diff", "a.json", "b.json", "--policy", "c.json")]
    [InlineData("--overlay is missing: --policy alone has nothing to be compared with.", "policy", "diff", "--policy", "a.json")]
    [InlineData("Standard input (-) can be read only once.", "policy", "diff", "-", "-")]
    [InlineData("Standard input (-) can be read only once.", "policy", "diff", "--policy", "-", "--overlay-before", "-")]
    [InlineData("Standard input (-) can be read only once.", "policy", "plan", "--policy", "-", "--against", "-")]
    [InlineData("Option '--against' is required.", "policy", "plan", "--policy", "a.json")]
    [InlineData("--against: the file name is empty.", "policy", "plan", "--policy", "a.json", "--against", "")]
    [InlineData("--output: warnings.json is one of the files that are read; give another name.", "policy", "plan", "--policy", "x.json", "--against", "warnings.json", "--output", "warnings.json")]
    [InlineData("Standard input (-) can be read only once.", "policy", "compile", "--overlay", "-")]
    [InlineData("--output: the file name is empty.", "policy", "schema", "--output", "")]
    [InlineData("STREAMTYPE is missing. A client streamtype of the policy.", "run", "--policy", "x.json")]
    [InlineData("Option '--policy' is required.", "run", "get")]
    [InlineData("--metadata needs NAME=VALUE, not 'city'.", "run", "get", "--policy", "x.json", "--metadata", "city")]
    [InlineData("--metadata needs NAME=VALUE, not '=x'.", "run", "get", "--policy", "x.json", "--metadata", "=x")]
    [InlineData("--metadata gives 'a' twice.", "run", "get", "--policy", "x.json", "--metadata", "a=1", "--metadata", "a=2")]
    [InlineData("--blob needs NAME=@FILE, NAME=@- or NAME=TEXT.", "run", "get", "--policy", "x.json", "--blob", "s3cret")]
    [InlineData("--blob needs a name of 1 to 128 letters, digits, '.', '_' and '-', which begins with no dot, before its first '='.", "run", "get", "--policy", "x.json", "--blob", "../s3cret=x")]
    [InlineData("--blob AUTH_0=@FILE: the file name is empty.", "run", "get", "--policy", "x.json", "--blob", "AUTH_0=@")]
    [InlineData("--blob gives 'AUTH_0' twice.", "run", "get", "--policy", "x.json", "--blob", "AUTH_0=s3cret", "--blob", "AUTH_0=s3cret")]
    [InlineData("Standard input can be one blob (@-), or the policy or the data (-), not several of them.", "run", "get", "--policy", "x.json", "--blob", "AUTH_0=@-", "--data", "-")]
    [InlineData("Standard input can be one blob (@-), or the policy or the data (-), not several of them.", "run", "get", "--policy", "-", "--blob", "AUTH_0=@-")]
    [InlineData("Standard input can be one blob (@-), or the policy or the data (-), not several of them.", "run", "get", "--policy", "x.json", "--blob", "AUTH_0=@-", "--blob", "AUTH_1=@-")]
    [InlineData("--timeout needs seconds, 0.001 to 4000000, not 'soon'.", "run", "get", "--policy", "x.json", "--timeout", "soon")]
    [InlineData("--timeout needs seconds, 0.001 to 4000000, not '0'.", "run", "get", "--policy", "x.json", "--timeout", "0")]
    [InlineData("Standard input (-) can be the policy or the data, not both.", "run", "get", "--policy", "-", "--data", "-")]
    [InlineData("'--stict' is no option; did you mean '--strict'?", "policy", "check", "--stict", "warnings.json")]
    [InlineData("'-strict' is no option; did you mean '--strict'?", "policy", "show", "-strict", "--policy", "warnings.json")]
    [InlineData("'--metdata' is no option; did you mean '--metadata'?", "run", "get", "--policy", "x.json", "--metdata", "a=b")]
    [InlineData("'--verson' is no option; did you mean '--version'?", "--verson")]
    [InlineData("'--hepl' is no option; did you mean '--help'?", "policy", "--hepl")]
    [InlineData("'--zzz' is no option", "policy", "explain", "--zzz")]
    [InlineData("--output: warnings.json is one of the files that are read; give another name.", "policy", "check", "warnings.json", "--output", "warnings.json")]
    [InlineData("--output: ./warnings.json is one of the files that are read; give another name.", "policy", "show", "--policy", "warnings.json", "--output", "./warnings.json")]
    [InlineData("--output: warnings.json is one of the files that are read; give another name.", "policy", "diff", "twelve-mistakes.json", "warnings.json", "--output", "warnings.json")]
    [InlineData("--output: warnings.json is one of the files that are read; give another name.", "policy", "compile", "--policy", "x.json", "--overlay", "warnings.json", "--output", "warnings.json")]
    [InlineData("Give one of --get, --echo and --one-way.", "bench", "get", "--policy", "x.json", "--get", "--echo")]
    [InlineData("Give --messages or --duration, not both.", "bench", "get", "--policy", "x.json", "--messages", "5", "--duration", "1")]
    [InlineData("--messages needs a whole number from 1 to 2147483647, not '0'.", "bench", "get", "--policy", "x.json", "--messages", "0")]
    [InlineData("--streams needs a whole number from 1 to 100000, not 'many'.", "bench", "get", "--policy", "x.json", "--streams", "many")]
    [InlineData("--size needs a whole number from 0 to 1073741824, not '2G'.", "bench", "get", "--policy", "x.json", "--size", "2G")]
    [InlineData("--duration needs seconds, 0.001 to 4000000, not '-1'.", "bench", "get", "--policy", "x.json", "--duration=-1")]
    [InlineData("--outstanding belongs to --echo: with --one-way nothing comes back that could be waited for.", "bench", "get", "--policy", "x.json", "--one-way", "--outstanding", "2")]
    [InlineData("Standard input can be one blob (@-) or the policy (-), not several of them.", "bench", "get", "--policy", "-", "--blob", "AUTH_0=@-")]
    [InlineData("STREAMTYPE is missing. Server streamtypes of the policy, in the order in which they are to listen.", "serve", "--policy", "x.json")]
    [InlineData("Option '--policy' is required.", "serve", "inbox")]
    [InlineData("Give one of --echo, --files and --exec.", "serve", "inbox", "--policy", "x.json", "--echo", "--exec", "cat")]
    [InlineData("--files: the name of the folder is empty.", "serve", "inbox", "--policy", "x.json", "--files", "")]
    [InlineData("--most-programs belongs to --exec.", "serve", "inbox", "--policy", "x.json", "--most-programs", "3")]
    [InlineData("--most-programs needs a whole number from 1 to 10000, not '0'.", "serve", "inbox", "--policy", "x.json", "--exec", "cat", "--most-programs", "0")]
    [InlineData("STREAMTYPE: 'inbox' is given twice.", "serve", "inbox", "inbox", "--policy", "x.json")]
    [InlineData("'--ecko' is no option; did you mean '--echo'?", "serve", "inbox", "--ecko", "--policy", "x.json")]
    [InlineData("Standard input can be one blob (@-) or the policy (-), not several of them.", "serve", "inbox", "--policy", "-", "--blob", "AUTH_0=@-")]
    [InlineData("Unrecognized command or argument 'other'.", "run", "get", "other", "--policy", "x.json")]
    public async Task Wrong_usage_exits_2(string reason, params string[] arguments)
    {
        var result = (await Tool.RunAsync(arguments)).Exits(2);
        Assert.Equal("", result.Text);
        Assert.Contains($"sstreams: {reason}\n", result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", result.Errors, StringComparison.Ordinal);
        Assert.Matches(@"\nsstreams: see 'sstreams( [a-z]+)* --help'\n$", result.Errors);
    }

    [Fact]
    public async Task Names_that_look_like_options_come_after_two_dashes()
    {
        using var directory = new TestDirectory();
        directory.Add("--stict", """{ "schema-version": 1, "s": [{ "one": { "endpoint": "example.com" } }] }""");
        (await directory.RunAsync("policy", "check", "--strict", "--", "--stict")).Is(0, "--stict: ok, 1 streamtype, 0 warnings\n", "");
    }

    [Theory]
    [InlineData("--class: The class name 'class' is not one that C# takes: ", "--class", "class")]
    [InlineData("--namespace: The namespace 'Shop..Policies' is not one that C# takes: ", "--namespace", "Shop..Policies")]
    public async Task Names_that_no_compiler_takes_exit_2(string reason, params string[] arguments)
    {
        var result = (await Tool.RunAsync(["policy", "compile", "--policy", "absent.json", .. arguments])).Exits(2);
        Assert.Equal("", result.Text);
        Assert.StartsWith($"sstreams: {reason}", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Policy_that_is_missing_or_wrong_exits_2()
    {
        (await Tool.RunAsync("run", "one", "--policy", "absent.json")).Is(2, "", "sstreams: error: absent.json: cannot be read: there is no such file\n");
        var wrong = (await Tool.RunAsync("run", "weather", "--policy", "twelve-mistakes.json")).Exits(2);
        Assert.Equal("", wrong.Text);
        Assert.StartsWith("twelve-mistakes.json(4,46): error SSP0101: ", wrong.Errors, StringComparison.Ordinal);
        Assert.EndsWith("twelve-mistakes.json: failed, 11 errors, 1 warning\n", wrong.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_policy_does_not_have_exits_2()
    {
        using var policy = new TestPolicy(
            TestPolicy.Http("weather", 1, "GET", "/${city}", "\"metadata\": [{ \"city\": \"\" }]"),
            "\"inbox\": { \"server\": true, \"port\": 8080 }");
        (await policy.RunAsync("wether")).Is(2, "", "sstreams: error: The policy has no streamtype 'wether'; did you mean 'weather'?\n");
        (await policy.RunAsync("tides")).Is(2, "", "sstreams: error: The policy has no streamtype 'tides'. It has 'inbox', 'weather'.\n");
        (await policy.RunAsync("inbox")).Is(2, "", "sstreams: error: streamtype 'inbox' is a server; sstreams run takes client streamtypes, sstreams serve those of servers\n");
        (await policy.RunAsync("weather", "--metadata", "town=Oslo")).Is(
            2, "", "sstreams: error: Streamtype 'weather' does not declare metadata 'town': it declares 'city'. Add it to the \"metadata\" of the streamtype.\n");
        (await policy.RunAsync("weather", "--metadata", "city=a\r\nHost: b")).Exits(2);
        (await policy.RunAsync("weather", "--data", "@absent.bin")).Is(2, "", "sstreams: error: absent.bin: cannot be read: there is no such file\n");
    }

    [Fact]
    public async Task What_is_read_is_not_replaced_by_whatever_name()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a right of their own here.");
        const string Policy = """{ "schema-version": 1, "s": [{ "one": { "endpoint": "127.0.0.1", "port": 1, "protocol": "h1", "http_method": "GET", "http_url": "/" } }] }""";
        using var directory = new TestDirectory();
        directory.Add("real/deep/p.json", Policy);
        directory.Add("key.pem", "a key");
        Directory.CreateSymbolicLink(directory["dir"], "real");
        Directory.CreateSymbolicLink(directory["real/up"], "../dir/deep/..");
        File.CreateSymbolicLink(directory["link.json"], "dir/up/deep/p.json");
        foreach (var name in new[] { "dir/deep/p.json", "real/up/deep/p.json", "dir/up/../deep/p.json", "link.json" })
        {
            var result = (await directory.RunAsync("policy", "show", "--policy", "real/deep/p.json", "--output", name)).Exits(2);
            Assert.StartsWith($"sstreams: --output: {name} is one of the files that are read; give another name.\n", result.Errors, StringComparison.Ordinal);
            (await directory.RunAsync("policy", "show", "--policy", name, "--output", "real/deep/p.json")).Exits(2);
        }

        var bench = (await directory.RunAsync("bench", "one", "--policy", "real/deep/p.json", "--blob", "AUTH_0=@./key.pem", "--output", "key.pem")).Exits(2);
        Assert.StartsWith("sstreams: --output: key.pem is one of the files that are read; give another name.\n", bench.Errors, StringComparison.Ordinal);
        Assert.Equal((Policy, "a key"), (await File.ReadAllTextAsync(directory["real/deep/p.json"], TestContext.Current.CancellationToken), await File.ReadAllTextAsync(directory["key.pem"], TestContext.Current.CancellationToken)));

        // Another file of the same name is another file.
        directory.Add("other/p.json", "");
        (await directory.RunAsync("policy", "show", "--policy", "dir/deep/p.json", "--output", "other/p.json")).Exits(0);
        Assert.NotEqual("", await File.ReadAllTextAsync(directory["other/p.json"], TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("sstreams [command]")]
    [InlineData("sstreams policy [command]", "policy")]
    public async Task Missing_command_shows_the_usage(string usage, params string[] arguments)
    {
        var result = (await Tool.RunAsync(arguments)).Exits(2);
        Assert.Equal("", result.Text);
        Assert.Contains(usage, result.Errors, StringComparison.Ordinal);
        Assert.Equal((await Tool.RunAsync([.. arguments, "--help"])).Text, result.Errors);
    }

    [Theory]
    [InlineData("sstreams policy check", "--help")]
    [InlineData("--strict", "policy", "check", "--help")]
    [InlineData("--metadata <NAME=VALUE>", "run", "--help")]
    [InlineData("Exit status: 0 acknowledged, or ended as it should;", "run", "--help")]
    public async Task Help_goes_to_standard_output(string expected, params string[] arguments)
    {
        var result = (await Tool.RunAsync(arguments)).Exits(0);
        Assert.Equal("", result.Errors);
        Assert.Contains(expected, result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_is_a_number()
    {
        var result = (await Tool.RunAsync("--version")).Exits(0);
        Assert.Matches(@"^\d+\.\d+\.\d+\n$", result.Text);
    }
}
