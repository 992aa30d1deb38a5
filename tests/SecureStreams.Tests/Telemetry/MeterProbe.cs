using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace SecureStreams.Tests.Telemetry;

/// <summary>A meter factory with the meter it made and, once told to listen, all that is measured with it.</summary>
internal sealed class MeterProbe : IMeterFactory
{
    private readonly ConcurrentQueue<(string Instrument, double Value, string Tags)> _seen = new();
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<string> _undocumented = new();
    private readonly Lock _lock = new();
    private Meter? _meter;

    /// <summary>The instruments that exist, by name.</summary>
    public ConcurrentDictionary<string, Instrument> Instruments { get; } = new();

    /// <summary>What was measured: name, value, tags as <c>a=b c=d</c> in the order of their names.</summary>
    public IReadOnlyList<(string Instrument, double Value, string Tags)> Seen => [.. _seen];

    public Meter Create(MeterOptions options)
    {
        // As the factory of a host does it: one meter for one name.
        lock (_lock)
            return _meter ??= new Meter(options);
    }

    public MeterProbe Listen()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter != _meter)
                return;
            Instruments[instrument.Name] = instrument;
            listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
        return this;
    }

    /// <summary>Each set of tags that <paramref name="instrument"/> was given, with the sum of its values: <c>tags: sum</c>.</summary>
    public string[] SumsOf(string instrument) =>
        [.. Seen.Where(one => one.Instrument == instrument).GroupBy(static one => one.Tags, StringComparer.Ordinal)
            .Select(static group => string.Create(CultureInfo.InvariantCulture, $"{group.Key}: {group.Sum(static one => one.Value)}")).Order(StringComparer.Ordinal)];

    /// <summary>What an instrument that is read says now.</summary>
    public string[] Read(string instrument)
    {
        _seen.Clear();
        _listener.RecordObservableInstruments();
        return SumsOf(instrument);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _meter?.Dispose();
        Assert.Empty(_undocumented);
    }

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var texts = new List<string>();
        foreach (var (name, tag) in tags)
        {
            texts.Add($"{name}={tag}");
            if (!InstrumentTags.Of(instrument.Name).Contains(name))
                _undocumented.Enqueue($"{instrument.Name} has tag {name}, which {nameof(InstrumentTags)} does not know.");
        }

        _seen.Enqueue((instrument.Name, value, string.Join(' ', texts.Order(StringComparer.Ordinal))));
    }
}
