using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SecureStreams.TestSupport.Checks;
using Xunit;

namespace SecureStreams.Tests.Integration;

/// <summary>Settings that change while the host runs.</summary>
public sealed class SettingsReloadTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("settings-").FullName;
    private readonly TestLog _log = new();
    private readonly ChangingSettings _settings = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _log.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Another_file_text_or_overlay_is_an_update_of_the_context_that_runs()
    {
        Write("a.json", Policy(1));
        Write("b.json", Policy(2));
        Write("site.json", """{ "s": [{ "api": { "port": 9 } }] }""");
        using var host = await StartAsync(("PolicyFile", "a.json"));
        var context = host.Services.GetRequiredService<LocalContext>();
        Assert.Equal((1, 0L), (Port(context), context.PolicyRevision));

        Change(("PolicyFile", "b.json"));
        Assert.Equal((2, 1L), (Port(context), context.PolicyRevision));
        Change(("OverlayFiles:0", "site.json"));
        Assert.Equal((9, 2L), (Port(context), context.PolicyRevision));
        Change(("PolicyFile", null), ("OverlayFiles:0", null), ("PolicyJson", Policy(4)));
        Assert.Equal((4, 3L), (Port(context), context.PolicyRevision));

        // What changes nothing of it is nothing.
        Change();
        Write("b.json", Policy(5));
        Change();
        Assert.Equal(3, context.PolicyRevision);
        await host.StopAsync(Token);
        _log.AssertClean();
        Change(("PolicyJson", Policy(6)));
        Assert.Equal(3, context.PolicyRevision);
    }

    [Fact]
    public async Task A_bad_reload_leaves_what_runs_and_is_tried_again()
    {
        Write("a.json", Policy(1));
        Write("bad.json", "{ \"s\": [{ \"api\": { \"port\": 70000 } }] }");
        using var host = await StartAsync(("PolicyFile", "a.json"));
        var context = host.Services.GetRequiredService<LocalContext>();

        Change(("PolicyFile", "bad.json"));
        Assert.Contains("bad.json(1,", Assert.Single(_log.Entries, static one => one.Id.Name == "PolicyUpdateRefused").Message, StringComparison.Ordinal);
        Change(("PolicyFile", "absent.json"));
        Assert.Contains("absent.json", _log.Entries[^1].Message, StringComparison.Ordinal);
        Change(("PolicyFile", null));
        Assert.Contains("There is no policy", Assert.Single(_log.Entries, static one => one.Id.Name == "SettingsRefused").Message, StringComparison.Ordinal);
        Change(("PolicyFile", "absent.json"), ("Nonsense", "1"));
        Assert.Contains("section:Nonsense is not known", _log.Entries[^1].Message, StringComparison.Ordinal);
        Assert.Equal((1, 0L), (Port(context), context.PolicyRevision));

        Write("absent.json", Policy(3));
        Change(("Nonsense", null));
        Assert.Equal((3, 1L), (Port(context), context.PolicyRevision));
        await host.StopAsync(Token);
    }

    [Fact]
    public async Task What_cannot_change_while_it_runs_is_named_once()
    {
        using var host = await StartAsync(("PolicyJson", Policy(1)), ("Product", "kettle"));
        var context = host.Services.GetRequiredService<LocalContext>();
        Change(("Product", "toaster"), ("StrictPolicy", "true"), ("StateFolder", "state"), ("RemotePolicy:Interval", "00:10:00"), ("CaptivePortal:Timeout", "00:00:01"), ("TokensAtStart", "00:00:05"));
        Change();
        string[] expected = ["section:Product was", "section:StrictPolicy was", "section:StateFolder was", "section:RemotePolicy was", "section:CaptivePortal was", "section:TokensAtStart was"];
        var lines = _log.Entries.Where(static one => one.Id.Name == "SettingWaits").ToList();
        Assert.All(lines, static line => Assert.Equal(LogLevel.Warning, line.Level));
        Assert.Equal(expected, lines.Select(static line => line.Message[..(line.Message.IndexOf(" was", StringComparison.Ordinal) + 4)]));
        Assert.Contains("toaster", context.UpdatePolicy("""{ "product": "toaster", "s": [{ "api": { "endpoint": "a.test", "port": 1, "protocol": "raw" } }] }""").Refusal, StringComparison.Ordinal);
        await host.StopAsync(Token);
    }

    [Fact]
    public async Task Files_are_watched_as_the_settings_say_also_after_they_changed()
    {
        Write("a.json", Policy(1));
        Write("b.json", Policy(2));
        var updated = System.Threading.Channels.Channel.CreateUnbounded<SsPolicyUpdate>();
        using var host = await StartAsync(
            services => services.Configure<SecureStreamsOptions>(o => o.WatchPolicyFiles = new SsPolicyWatchOptions { QuietPeriod = TimeSpan.FromMilliseconds(20), Updated = one => updated.Writer.TryWrite(one) }),
            ("PolicyFile", "a.json"), ("WatchFiles", "true"));
        var context = host.Services.GetRequiredService<LocalContext>();
        Assert.Equal([Path.Combine(_folder, "a.json")], context.PolicyWatch!.Paths);
        Write("a.json", Policy(3));
        Assert.True((await NextAsync()).Applied);
        Assert.Equal(3, Port(context));

        Change(("PolicyFile", "b.json"));
        Assert.Equal(2, Port(context));
        Assert.Equal([Path.Combine(_folder, "b.json")], context.PolicyWatch.Paths);
        Write("b.json", Policy(4));
        Assert.True((await NextAsync()).Applied);
        Assert.Equal(4, Port(context));

        // A file that comes after the settings that name it.
        Change(("PolicyFile", "later.json"));
        Assert.Contains("later.json", context.PolicyWatch.Problem, StringComparison.Ordinal);
        Assert.Equal(4, Port(context));
        Write("later.json", Policy(5));
        Assert.True((await NextAsync()).Applied);
        Assert.Equal(5, Port(context));

        Change(("WatchFiles", "false"));
        Assert.Null(context.PolicyWatch);
        Change(("WatchFiles", "true"));
        Assert.Equal([Path.Combine(_folder, "later.json")], context.PolicyWatch!.Paths);
        await host.StopAsync(Token);
        Assert.Null(context.PolicyWatch);

        async Task<SsPolicyUpdate> NextAsync() => await updated.Reader.ReadAsync(Token).AsTask().OrFail(() => string.Join('\n', _log.Entries));
    }

    [Fact]
    public async Task Code_that_throws_ends_no_reload()
    {
        var fails = false;
        using var host = await StartAsync(
            services => services.Configure<SecureStreamsOptions>(_ =>
            {
                if (fails)
                    throw new InvalidTimeZoneException("of the program");
            }),
            ("PolicyJson", Policy(1)));
        fails = true;
        Change(("PolicyJson", Policy(2)));
        var context = host.Services.GetRequiredService<LocalContext>();
        Assert.Equal(1, Port(context));
        Assert.IsType<InvalidTimeZoneException>(Assert.Single(_log.Entries, static one => one.Id.Name == "SettingsFailed").Error);
        fails = false;
        Change();
        Assert.Equal(2, Port(context));
        await host.StopAsync(Token);
    }

    private static string Policy(int port) => $$"""{ "s": [{ "api": { "endpoint": "a.test", "port": {{port}}, "protocol": "raw" } }] }""";

    private static int Port(LocalContext context) => context.Policy.StreamTypes["api"].Port;

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text);

    private void Change(params (string Key, string? Value)[] settings) => _settings.Change(settings.Select(static one => ($"section:{one.Key}", one.Value)));

    private Task<IHost> StartAsync(params (string Key, string? Value)[] settings) => StartAsync(static _ => { }, settings);

    private async Task<IHost> StartAsync(Action<IServiceCollection> more, params (string Key, string? Value)[] settings)
    {
        Change(settings);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = _folder });
        builder.Services.AddSingleton<ILoggerFactory>(_log);
        builder.Services.AddSecureStreams(new ConfigurationBuilder().Add(_settings).Build().GetSection("section"));
        more(builder.Services);
        var host = builder.Build();
        await host.StartAsync(Token);
        return host;
    }
}
