using System.Reflection;
using System.Text;
using Microsoft.Extensions.Logging;
using SecureStreams.TestSupport.Approval;
using SecureStreams.Tests.Core;
using Xunit;

namespace SecureStreams.Tests.Telemetry;

/// <summary>The table of docs/telemetry.md is made from the instruments that exist.</summary>
public sealed class TelemetryPageTests
{
    [Fact]
    public async Task The_instruments_of_the_page_are_those_of_the_meter()
    {
        using var meters = new MeterProbe();
        await using var bench = new CoreBench(meters: meters);
        meters.Listen();
        var text = new StringBuilder("| Instrument | Kind | Unit | Tags | What it says |\n|---|---|---|---|---|\n");
        foreach (var (name, instrument) in meters.Instruments.OrderBy(static one => one.Key, StringComparer.Ordinal))
        {
            var kind = instrument.GetType().Name.Split('`')[0] switch
            {
                "Counter" => "counter",
                "Histogram" => "histogram",
                "ObservableUpDownCounter" => "up-down counter, read",
                "ObservableGauge" => "gauge, read",
                var other => other,
            };
            text.Append($"| `{name}` | {kind} | `{instrument.Unit}` | {string.Join(", ", InstrumentTags.Of(name).Select(static tag => $"`{tag}`"))} | {instrument.Description} |\n");
        }

        Assert.Equal((SsTelemetry.MeterName, SsTelemetry.Version), (meters.Instruments.Values.First().Meter.Name, meters.Instruments.Values.First().Meter.Version));
        Approved.Section(text.ToString(), "docs/telemetry.md", "instruments");
    }

    [Fact]
    public void The_log_messages_of_the_page_are_those_of_the_runtime_each_with_an_id_of_its_own()
    {
        var messages = typeof(SsTelemetry).Assembly.GetTypes()
            .SelectMany(static type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Select(static method => method.GetCustomAttribute<LoggerMessageAttribute>())
            .OfType<LoggerMessageAttribute>()
            .OrderBy(static message => message.EventId)
            .ToList();
        Assert.NotEmpty(messages);
        Assert.Equal(messages.Count, messages.Select(static message => message.EventId).Distinct().Count());
        Assert.Equal(messages.Count, messages.Select(static message => message.EventName).Distinct().Count());
        Assert.All(messages, static message => Assert.False(string.IsNullOrEmpty(message.EventName)));

        var text = new StringBuilder("| Id | Level | Event | Line |\n|---|---|---|---|\n");
        foreach (var message in messages)
            text.Append($"| {message.EventId} | {message.Level} | {message.EventName} | `{message.Message}` |\n");
        Approved.Section(text.ToString(), "docs/telemetry.md", "logs");
    }
}
