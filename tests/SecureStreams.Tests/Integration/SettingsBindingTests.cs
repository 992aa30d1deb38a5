using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using SecureStreams.Integration;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Servers;
using Xunit;

namespace SecureStreams.Tests.Integration;

/// <summary>Settings of a host that have members of their own: what they mean, and how a wrong one is told.</summary>
public sealed class SettingsBindingTests
{
    [Fact]
    public void A_remote_policy_is_bound_member_by_member()
    {
        var options = Bind(("RemotePolicy:Interval", "02:00:00"), ("remotepolicy:TIMEOUT", "00:00:30.5"), ("RemotePolicy:StartWait", "00:00:00"), ("RemotePolicy:MaximumBytes", "1000"), ("RemotePolicy:Folder", "kept"));
        Assert.Empty(options.Misread);
        Assert.Equal(
            new SsRemotePolicyOptions { Interval = TimeSpan.FromHours(2), Timeout = TimeSpan.FromSeconds(30.5), StartWait = TimeSpan.Zero, MaximumBytes = 1000, Folder = "/root/kept" },
            Made(options).RemotePolicy);
        Assert.Null(Made(Bind()).RemotePolicy);
        Assert.Equal(new SsRemotePolicyOptions { Interval = TimeSpan.FromDays(1) }, Made(Bind(("RemotePolicy:Interval", "1.00:00:00"))).RemotePolicy);
    }

    [Fact]
    public void A_remote_policy_is_switched_on_and_off_and_keeps_what_code_has_set()
    {
        var own = new SsRemotePolicyOptions { MaximumBytes = 10 };
        Assert.Equal(new SsRemotePolicyOptions(), Made(Bind(("RemotePolicy", "true"))).RemotePolicy);
        Assert.Null(Made(Bind(own, ("RemotePolicy", "False"))).RemotePolicy);
        Assert.Same(own, Made(Bind(own, ("RemotePolicy", "True"))).RemotePolicy);
        Assert.Equal(own with { Interval = TimeSpan.FromMinutes(1) }, Made(Bind(own, ("RemotePolicy:Interval", "00:01:00"))).RemotePolicy);
    }

    [Fact]
    public void Looks_for_portals_and_tokens_at_the_start_are_bound_too()
    {
        var options = Made(Bind(("CaptivePortal:Automatic", "true"), ("CaptivePortal:Timeout", "00:00:01"), ("CaptivePortal:RecheckInterval", "00:02:00"), ("TokensAtStart", "00:00:10")));
        Assert.Equal(new SsCaptivePortalOptions { Automatic = true, Timeout = TimeSpan.FromSeconds(1), RecheckInterval = TimeSpan.FromMinutes(2) }, options.CaptivePortal);
        Assert.Equal(TimeSpan.FromSeconds(10), options.TokensAtStart);
    }

    [Theory]
    [InlineData("RemotePolicy", "yes", "section:RemotePolicy is neither true (with the defaults), false (none is fetched) nor an object with members of Interval, Timeout, StartWait, MaximumBytes, Folder.")]
    [InlineData("RemotePolicy:Intervall", "01:00:00", "section:RemotePolicy:Intervall is not known; there are Interval, Timeout, StartWait, MaximumBytes, Folder.")]
    [InlineData("RemotePolicy:Interval", "3600", "section:RemotePolicy:Interval is no time: write hours, minutes and seconds, as 00:00:10, and days before them, as 1.00:00:00.")]
    [InlineData("RemotePolicy:Interval", "25:00:00", "section:RemotePolicy:Interval is no time: ")]
    [InlineData("RemotePolicy:Interval", "00:00:04", "section:RemotePolicy:Interval is 00:00:04; it can be 00:00:05 to 31.00:00:00.")]
    [InlineData("RemotePolicy:Timeout", "00:00:00", "section:RemotePolicy:Timeout is 00:00:00; it can be 00:00:00.0010000 to 31.00:00:00.")]
    [InlineData("RemotePolicy:Timeout", "", "section:RemotePolicy:Timeout is no time: ")]
    [InlineData("RemotePolicy:StartWait", "00:10", "section:RemotePolicy:StartWait is no time: ")]
    [InlineData("RemotePolicy:StartWait", "-00:00:01", "section:RemotePolicy:StartWait is -00:00:01; it can be 00:00:00 to 31.00:00:00.")]
    [InlineData("RemotePolicy:MaximumBytes", "0", "section:RemotePolicy:MaximumBytes is no whole number from 1 to ")]
    [InlineData("RemotePolicy:MaximumBytes", "1e6", "section:RemotePolicy:MaximumBytes is no whole number from 1 to ")]
    [InlineData("RemotePolicy:Folder", "", "section:RemotePolicy:Folder is empty: ")]
    [InlineData("RemotePolicy:Interval:Seconds", "5", "section:RemotePolicy:Interval is not a single value.")]
    [InlineData("CaptivePortal", "true", "section:CaptivePortal is one value: write an object with members of Automatic, Timeout, RecheckInterval.")]
    [InlineData("CaptivePortal:Automatic", "1", "section:CaptivePortal:Automatic is neither true nor false.")]
    [InlineData("CaptivePortal:Timeout", "2.00:00:00", "section:CaptivePortal:Timeout is 2.00:00:00; it can be 00:00:00.0010000 to 1.00:00:00.")]
    [InlineData("CaptivePortal:Often", "true", "section:CaptivePortal:Often is not known; there are Automatic, Timeout, RecheckInterval.")]
    [InlineData("TokensAtStart", "true", "section:TokensAtStart is no time: ")]
    public async Task A_wrong_value_fails_the_start_by_the_path_of_its_key(string key, string value, string reason)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSecureStreams(Settings(("PolicyJson", "{}"), (key, value)));
        using var host = builder.Build();
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));
        Assert.Contains(error.Failures, failure => failure.Contains(reason, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("[]")]
    public void What_says_nothing_is_told_and_not_guessed(string json)
    {
        using var text = new MemoryStream(System.Text.Encoding.UTF8.GetBytes($$"""{ "section": { "RemotePolicy": {{json}} } }"""));
        var options = new SecureStreamsOptions();
        new SecureStreamsSection("", new ConfigurationBuilder().AddJsonStream(text).Build().GetSection("section")).Configure(options);
        Assert.Contains("section:RemotePolicy is neither", Assert.Single(options.Misread), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("RemotePolicy:nothing", typeof(SsRemotePolicyOptions))]
    [InlineData("CaptivePortal:nothing", typeof(SsCaptivePortalOptions))]
    public void Every_public_setting_has_a_key(string key, Type type)
    {
        var told = Assert.Single(Bind((key, "x")).Misread);
        Assert.EndsWith($"there are {string.Join(", ", type.GetProperties().Where(static one => one.CanWrite).Select(static one => one.Name))}.", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_takes_its_policy_from_where_its_settings_say()
    {
        await using var server = await PolicyServer.StartAsync();
        var folder = Directory.CreateTempSubdirectory("settings-remote-");
        try
        {
            server.Publish(server.Policy(2));
            var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = folder.FullName });
            builder.Services.AddSecureStreams(Settings(("PolicyJson", server.Policy(1)), ("RemotePolicy:Folder", "kept")));
            using var host = builder.Build();
            await host.StartAsync(TestContext.Current.CancellationToken);
            var context = host.Services.GetRequiredService<LocalContext>();
            Assert.Equal("applied", (await server.NextReportAsync()).GetProperty("result").GetString());
            Assert.Equal((2L, SsRemotePolicySource.Network), (context.RemotePolicy!.Status.Revision, context.RemotePolicy.Status.Source));
            Assert.Single(Directory.GetFiles(Path.Combine(folder.FullName, "kept")));
            await host.StopAsync(TestContext.Current.CancellationToken).OrFail(static () => "The host does not stop.");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static IConfigurationSection Settings(params (string Key, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(static one => new KeyValuePair<string, string?>(string.Create(CultureInfo.InvariantCulture, $"section:{one.Key}"), one.Value))).Build().GetSection("section");

    private static SecureStreamsOptions Bind(params (string Key, string Value)[] settings) => Bind(null, settings);

    private static SecureStreamsOptions Bind(SsRemotePolicyOptions? before, params (string Key, string Value)[] settings)
    {
        var options = new SecureStreamsOptions { RemotePolicy = before };
        new SecureStreamsSection("", Settings(settings)).Configure(options);
        return options;
    }

    private static SsContextOptions Made(SecureStreamsOptions options)
    {
        using var provider = new ServiceCollection().BuildServiceProvider();
        return options.ToContextOptions(provider, static path => "/root/" + path);
    }
}
