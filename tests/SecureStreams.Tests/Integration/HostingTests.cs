using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SecureStreams.Policy;
using SecureStreams.TestSupport.Checks;
using SecureStreams.TestSupport.Handlers;
using SecureStreams.TestSupport.Servers;
using Xunit;

namespace SecureStreams.Tests.Integration;

/// <summary>Contexts in a generic host: made at its start, ended at its stop.</summary>
public sealed class HostingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hosting-").FullName;
    private readonly TestLog _log = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _log.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_host_gives_streams_and_clients_and_ends_them_after_its_services()
    {
        await using var server = await KestrelTestHost.StartAsync();
        var worker = new Worker();
        var host = Build(services =>
        {
            // Before the context, so that it stops after whatever was registered later; it needs the context until then.
            services.AddSingleton<IHostedService>(provider => worker.With(provider));
            services.AddSecureStreams(o => o.PolicyJson = ClientBench.Policy(ClientBench.Attributes(server, "h2", "\"http_url\": \"/bytes/5\"")));
            services.AddHttpClient("api").UseSecureStream("api");
        });
        using (host)
        {
            await host.StartAsync(Token);
            var context = host.Services.GetRequiredService<SsContext>();
            Assert.Same(context, host.Services.GetRequiredService<LocalContext>());
            using var client = host.Services.GetRequiredService<IHttpClientFactory>().CreateClient("api");
            Assert.Equal(5, (await client.GetByteArrayAsync("", Token)).Length);
            worker.Handler.AssertClean();

            await host.StopAsync(Token);
            worker.Handler.AssertCleanAndDestroyed();
            Assert.Equal(5, worker.AtStop);
            Assert.Throws<ObjectDisposedException>(() => context.Create("api", new RecordingHandler()));
        }

        _log.AssertClean();
    }

    [Fact]
    public async Task Settings_files_say_what_is_loaded()
    {
        Write("base.json", """{ "s": [{ "api": { "endpoint": "a.test", "port": 1, "protocol": "h1", "http_method": "GET", "http_url": "/" } }] }""");
        Write("site.json", """{ "product": "thermostat", "s": [{ "api": { "port": 2, "http_url": "/site" } }] }""");
        using var host = Build(services => services
            .AddSecureStreams(Settings(("PolicyFile", "base.json"), ("overlayfiles:0", "site.json"), ("Product", "thermostat"), ("StrictPolicy", "True")))
            .AddSecureStreams(static o => o.Overlays.Add(PolicyDocument.FromJson("""{ "s": [{ "api": { "port": 3 } }] }""", "code"))));
        await host.StartAsync(Token);
        var context = host.Services.GetRequiredService<LocalContext>();
        Assert.Equal((3, "/site"), (context.Policy.StreamTypes["api"].Port, context.Policy.StreamTypes["api"].Http!.Url.Text));
        Assert.Equal([Path.Combine(_folder, "base.json"), Path.Combine(_folder, "site.json"), "code"], context.Policy.Layers);
        Assert.Equal(["api"], context.ApplyOverlay("""{ "s": [{ "api": { "port": 4 } }] }""").Changed);

        // As strict as it was made, and for one product.
        Assert.Contains("kettle", context.ApplyOverlay("""{ "product": "kettle" }""").Refusal, StringComparison.Ordinal);
        await host.StopAsync(Token);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_policy_that_cannot_be_used_fails_the_start_with_every_finding_and_before_any_service(bool inConstructor)
    {
        Write("bad.json", "{ \"s\": [{ \"api\": { \"endpoint\": \"a.test\",\n  \"port\": 70000, \"protocol\": \"h9\", \"retry\": \"none\" } }] }");
        var worker = new Worker();
        using var host = Build(services =>
        {
            services.AddSingleton<IHostedService>(provider => worker.With(provider));
            services.AddSecureStreams(static o => o.PolicyFile = "bad.json");
            if (inConstructor)
                services.AddHostedService<NeedsContext>();
        });
        var error = await Assert.ThrowsAsync<SsPolicyException>(() => host.StartAsync(Token));
        Assert.Equal(3, error.Diagnostics.Count);
        Assert.All(error.Diagnostics, line => Assert.Contains(line, error.Message, StringComparison.Ordinal));
        Assert.Equal(error.Diagnostics, _log.Entries.Where(static entry => entry.Id.Id == 1200).Select(static entry => entry.Message));
        Assert.All(error.Diagnostics, line => Assert.StartsWith(Path.Combine(_folder, "bad.json(2,"), line, StringComparison.Ordinal));
        Assert.False(worker.HasStarted);
    }

    [Fact]
    public async Task An_empty_list_of_overlays_in_a_settings_file_is_none()
    {
        using var settings = new MemoryStream("""{ "section": { "PolicyJson": "{}", "OverlayFiles": [] } }"""u8.ToArray());
        using var host = Build(services => services.AddSecureStreams(new ConfigurationBuilder().AddJsonStream(settings).Build().GetSection("section")));
        await host.StartAsync(Token);
        Assert.NotNull(host.Services.GetRequiredService<LocalContext>());
        await host.StopAsync(Token);
    }

    [Fact]
    public async Task A_file_that_is_not_there_fails_the_start_and_is_named()
    {
        using var host = Build(static services => services.AddSecureStreams(static o => o.PolicyFile = "no-such.json"));
        var error = await Assert.ThrowsAsync<SsPolicyException>(() => host.StartAsync(Token));
        Assert.Contains(Path.Combine(_folder, "no-such.json"), error.Message, StringComparison.Ordinal);
        Assert.Equal(error.Message, Assert.Single(_log.Entries, static entry => entry.Id.Id == 1200).Message);
    }

    [Fact]
    public async Task Options_that_make_no_sense_fail_the_start_all_at_once()
    {
        await AssertFailsAsync(static services => services.AddSecureStreams(static _ => { }), "There is no policy: set PolicyFile, PolicyJson or Model.");
        await AssertFailsAsync(
            static services => services.AddSecureStreams(static o =>
            {
                (o.PolicyFile, o.PolicyJson, o.Platform, o.Product) = ("x.json", "{}", null!, "");
                o.OverlayFiles.Add("");
                o.Overlays.Add(default);
            }),
            "There is more than one policy", "OverlayFiles has an empty path", "Overlays has a document without a name", "Platform", "Product is empty");
        await AssertFailsAsync(
            services => services.AddSecureStreams(Settings(("PolicyFlie", "x.json"), ("PolicyJson", "{}"), ("StrictPolicy", "yes"), ("OverlayFiles", "a.json"), ("Product:Name", "x"))),
            "section:PolicyFlie is not known; there are PolicyFile, ", "section:StrictPolicy is neither true nor false", "section:OverlayFiles is one text", "section:Product is not a single value");

        async Task AssertFailsAsync(Action<IServiceCollection> register, params string[] reasons)
        {
            using var host = Build(register);
            var error = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(Token));
            foreach (var reason in reasons)
                Assert.Contains(error.Failures, failure => failure.Contains(reason, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Several_contexts_have_names()
    {
        await using var server = await KestrelTestHost.StartAsync();
        using var host = Build(services =>
        {
            services.AddSecureStreams("plant", o => o.PolicyJson = ClientBench.Policy(ClientBench.Attributes(server, "h1")));
            services.AddSecureStreams("plant", static o => o.Overlays.Add(PolicyDocument.FromJson("""{ "s": [{ "api": { "http_url": "/status" } }] }""", "more")));
            services.AddSecureStreams("office", static o => o.Model = PolicyLoader.Load([PolicyDocument.FromJson(ClientBench.Policy(ClientBench.At(1)), "model")]).Model);
            services.AddHttpClient("api").UseSecureStream("api", "plant");
            services.AddHttpClient("lost").UseSecureStream("api");
            services.AddHttpClient("typo").UseSecureStream("api", "plnat");
            services.AddHttpClient("wrong").UseSecureStream("aip", "plant");
        });
        await host.StartAsync(Token);
        Assert.Null(host.Services.GetService<SsContext>());
        Assert.NotSame(host.Services.GetRequiredKeyedService<SsContext>("plant"), host.Services.GetRequiredKeyedService<SsContext>("office"));
        Assert.Same(host.Services.GetRequiredKeyedService<SsContext>("plant"), host.Services.GetRequiredKeyedService<LocalContext>("plant"));

        var clients = host.Services.GetRequiredService<IHttpClientFactory>();
        using var client = clients.CreateClient("api");
        Assert.Equal("status 202", await client.GetStringAsync("202", Token));
        Assert.Contains("services.AddSecureStreams", Assert.Throws<InvalidOperationException>(() => clients.CreateClient("lost")).Message, StringComparison.Ordinal);
        Assert.Contains("'plnat'", Assert.Throws<InvalidOperationException>(() => clients.CreateClient("typo")).Message, StringComparison.Ordinal);
        Assert.Contains("did you mean 'api'", Assert.Throws<SsPolicyException>(() => clients.CreateClient("wrong")).Message, StringComparison.Ordinal);
        await host.StopAsync(Token);
    }

    [Fact]
    public async Task A_client_keeps_a_base_address_and_handlers_of_its_own()
    {
        await using var server = await KestrelTestHost.StartAsync();
        using var host = Build(services =>
        {
            services.AddSecureStreams(o => o.PolicyJson = ClientBench.Policy(ClientBench.Attributes(server, "h1", "\"metadata\": [{ \"who\": \"X-Who:\" }]")));
            services.AddHttpClient("api", c => c.BaseAddress = new Uri($"http://127.0.0.1:{server.HttpPort}/headers/"))
                .UseSecureStream("api", metadata: new Dictionary<string, string> { ["who"] = "me" })
                .AddHttpMessageHandler(static () => new Marker());
        });
        await host.StartAsync(Token);
        using var client = host.Services.GetRequiredService<IHttpClientFactory>().CreateClient("api");
        var text = await client.GetStringAsync("x", Token);
        Assert.StartsWith("GET /headers/x ", text, StringComparison.Ordinal);
        Assert.Contains("X-Who: me", text, StringComparison.Ordinal);
        Assert.Contains("X-Marker: passed", text, StringComparison.Ordinal);
        await host.StopAsync(Token);
    }

    [Fact]
    public async Task A_host_that_cannot_wait_any_longer_says_so_and_leaves()
    {
        using var mayEnd = new ManualResetEventSlim();
        using var host = Build(static services => services.AddSecureStreams(static o => o.PolicyJson = ClientBench.Policy(ClientBench.At(1))));
        await host.StartAsync(Token);
        var handler = new RecordingHandler().OnStateDo(SsState.Destroying, _ => mayEnd.Wait(Token));
        host.Services.GetRequiredService<SsContext>().Create("api", handler);

        using var patience = new CancellationTokenSource();
        var stopping = host.StopAsync(patience.Token);
        Assert.False(stopping.IsCompleted);
        await patience.CancelAsync();
        await stopping.OrFail(static () => "The host does not stop.");
        Assert.Single(_log.Entries, static entry => entry.Id.Id == 1201);

        mayEnd.Set();
        await handler.WaitForStateAsync(SsState.Destroying);
        _log.AssertClean();
    }

    [Fact]
    public async Task Without_a_host_the_container_makes_it_when_it_is_asked_for_and_disposes_it()
    {
        var services = new ServiceCollection();
        services.AddSecureStreams(static o => o.PolicyJson = ClientBench.Policy(ClientBench.At(1)));
        SsContext context;
        await using (var provider = services.BuildServiceProvider(validateScopes: true))
            context = provider.GetRequiredService<SsContext>();
        Assert.Throws<ObjectDisposedException>(() => context.Create("api", new RecordingHandler()));
    }

    [Fact]
    public void Every_setting_of_a_context_can_be_given_to_a_host()
    {
        // The logger is the host's.
        var own = typeof(SecureStreamsOptions).GetProperties().Select(static one => one.Name).ToList();
        Assert.Empty(typeof(SsContextOptions).GetProperties().Select(static one => one.Name).Where(static name => name != nameof(SsContextOptions.LoggerFactory)).Except(own));

        var given = new SecureStreamsOptions { Product = "p", StrictPolicy = true, Platform = new SsPlatform(), ListenerFactory = new NoListeners(), StateFolder = "state", AdminSocket = "admin.sock", FollowNetworkChanges = true, RemotePolicy = new SsRemotePolicyOptions { MaximumBytes = 7 }, CaptivePortal = new SsCaptivePortalOptions { Automatic = true }, TokensAtStart = TimeSpan.FromSeconds(1), LastOverlay = static _ => null };
        given.Overlays.Add(PolicyDocument.FromJson("{}", "o"));
        using var blobs = new SsMemoryBlobStore();
        using var meters = new OneMeterFactory();
        var services = new ServiceCollection().AddSingleton<ILoggerFactory>(_log).AddSingleton<ISsBlobStore>(blobs).AddSingleton<System.Diagnostics.Metrics.IMeterFactory>(meters);
        using var provider = services.BuildServiceProvider();
        var options = given.ToContextOptions(provider, static path => "/root/" + path);
        Assert.Equal(("/root/state", "/root/admin.sock", true), (options.StateFolder, options.AdminSocket, options.FollowNetworkChanges));
        Assert.Equal((given.RemotePolicy, given.CaptivePortal, given.TokensAtStart), (options.RemotePolicy, options.CaptivePortal, options.TokensAtStart));
        Assert.Same(blobs, options.Blobs);
        Assert.Same(meters, options.MeterFactory);
        Assert.Equal(("p", true), (options.Product, options.StrictPolicy));
        Assert.Same(given.Platform, options.Platform);
        Assert.Same(given.ListenerFactory, options.ListenerFactory);
        Assert.Same(given.LastOverlay, options.LastOverlay);
        Assert.Same(_log, options.LoggerFactory);
        Assert.Equal("o", Assert.Single(options.Overlays).Name);
    }

    private static IConfigurationSection Settings(params (string Key, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(static one => new KeyValuePair<string, string?>($"section:{one.Key}", one.Value))).Build().GetSection("section");

    private IHost Build(Action<IServiceCollection> register)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = _folder });
        builder.Services.AddSingleton<ILoggerFactory>(_log);
        register(builder.Services);
        return builder.Build();
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text);

    /// <summary>Has a stream from its start, and needs the context in its stop.</summary>
    private sealed class Worker : IHostedService
    {
        private IServiceProvider? _services;

        public RecordingHandler Handler { get; } = new();

        public bool HasStarted { get; private set; }

        public int AtStop { get; private set; }

        public Worker With(IServiceProvider services)
        {
            _services = services;
            return this;
        }

        public Task StartAsync(CancellationToken cancellationToken)
        {
            HasStarted = true;
            _services!.GetRequiredService<SsContext>().Create("api", Handler);
            return Task.CompletedTask;
        }

        public async Task StopAsync(CancellationToken cancellationToken)
        {
            using var client = _services!.GetRequiredService<IHttpClientFactory>().CreateClient("api");
            AtStop = (await client.GetByteArrayAsync("", cancellationToken)).Length;
        }
    }

    private sealed class NeedsContext(SsContext context) : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken) => context.DisposeAsync().AsTask();
    }

    private sealed class OneMeterFactory : System.Diagnostics.Metrics.IMeterFactory
    {
        public System.Diagnostics.Metrics.Meter Create(System.Diagnostics.Metrics.MeterOptions options) => new(options);

        public void Dispose()
        {
            // It keeps none.
        }
    }

    private sealed class NoListeners : IListenerFactory
    {
        public SsListener Create(SsContext context, StreamTypePolicy policy, Func<SecureStream, SecureStreamHandler?> accept) => throw new NotSupportedException();
    }

    private sealed class Marker : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Add("X-Marker", "passed");
            return base.SendAsync(request, cancellationToken);
        }
    }
}
