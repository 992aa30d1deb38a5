using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace SecureStreams.Tests.Integration;

/// <summary>What docs/hosting.md shows, compiled.</summary>
internal static class Documented
{
    public static async Task<int> HostAsync(string[] args)
    {
        // begin host
        var builder = Host.CreateApplicationBuilder(args);
        builder.Services.AddSecureStreams(builder.Configuration.GetSection("SecureStreams"));
        builder.Services.AddHostedService<Reporter>();
        using var host = builder.Build();
        try
        {
            await host.RunAsync();
            return 0;
        }
        catch (Exception error) when (error is SsPolicyException or SsBlobException or OptionsValidationException)
        {
            Console.Error.WriteLine(error.Message); // Every finding of the policy on a line of its own, as the log has them too.
            return 2;
        }
        // end host
    }

    public static void Client(HostApplicationBuilder builder)
    {
        // begin client
        builder.Services.AddHttpClient<Readings>().UseSecureStream("readings");
        // end client
    }

    public static async Task WatchAsync()
    {
        // begin watch
        await using var context = SsContext.FromFiles(["device.json", "site.json"], new SsContextOptions
        {
            WatchPolicyFiles = new SsPolicyWatchOptions { Updated = update => Console.WriteLine(update) },
        });
        // end watch
    }

    public static async Task PlainAsync(LocalContext context, Stream body, CancellationToken cancellationToken)
    {
        // begin plain
        using var client = context.CreateHttpClient("readings", new Dictionary<string, string> { ["region"] = "uk" });
        using var request = new HttpRequestMessage(HttpMethod.Post, "today") { Content = new StreamContent(body) };
        request.SetStreamMetadata("region", "fr"); // For this request alone.
        try
        {
            using var response = await client.SendAsync(request, cancellationToken);
            response.EnsureSuccessStatusCode();
        }
        catch (HttpRequestException error) when (error.InnerException is SsCauseException { Cause: var cause })
        {
            Console.Error.WriteLine(cause.Code == SsCauseCode.ConnectionRefused ? "not there" : error.Message);
            Console.Error.WriteLine(context.Diagnostics.Find(cause.DetailId)); // For operators: endpoint, addresses, errors, place in the policy.
        }
        // end plain
    }

    // begin reporter
    internal sealed class Reporter(SsContext context) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await using var stream = context.Create("report", new ReportHandler());
            stream.Connect();
            await Task.Delay(Timeout.Infinite, stoppingToken);
        }
    }

    // end reporter
    // begin readings
    internal sealed class Readings(HttpClient client)
    {
        public Task<string> TodayAsync(CancellationToken cancellationToken) => client.GetStringAsync("today", cancellationToken);
    }

    // end readings
    private sealed class ReportHandler : SecureStreamHandler;
}
