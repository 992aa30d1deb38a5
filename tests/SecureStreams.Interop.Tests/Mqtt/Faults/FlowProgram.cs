using System.Globalization;
using System.Text.Json;
using System.Threading.Channels;
using SecureStreams.Interop.Probe.Flows;
using SecureStreams.Interop.Tests.Programs;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Interop.Tests.Mqtt.Faults;

/// <summary>A <see cref="Flow"/> in a process of its own, which can be killed outright.</summary>
internal sealed class FlowProgram : IAsyncDisposable
{
    private readonly ProbeProgram _program;
    private readonly Channel<string> _permits = Channel.CreateUnbounded<string>();
    private readonly Task _reading;
    private readonly Task _writing;

    private FlowProgram(ProbeProgram program, Action<FlowLine> tell)
    {
        _program = program;
        _reading = program.ReadLinesAsync(line => tell(FlowLine.Parse(line)));
        _writing = WriteAsync();
    }

    /// <summary>Starts it.</summary>
    /// <param name="request">What it does.</param>
    /// <param name="tell">Told of all that it says.</param>
    public static FlowProgram Start(FlowRequest request, Action<FlowLine> tell) => new(ProbeProgram.Run("flow", JsonSerializer.Serialize(request)), tell);

    /// <summary>A streamtype may publish up to this number. Told to a process that was killed it means nothing: the next one begins with as much.</summary>
    public void Permit(string publisher, long number) => _permits.Writer.TryWrite(string.Create(CultureInfo.InvariantCulture, $"{publisher} {number}"));

    /// <summary>It publishes no more.</summary>
    public void Stop() => _permits.Writer.TryWrite("stop");

    /// <summary>Kills it outright; what it had said before is told when this returns.</summary>
    public async Task KillAsync()
    {
        _program.Kill();
        await _reading.OrFail(static () => "What the killed process had said does not end.");
        _permits.Writer.TryComplete();
        await _writing;
        await _program.DisposeAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await KillAsync();

    private async Task WriteAsync()
    {
        await foreach (var line in _permits.Reader.ReadAllAsync())
        {
            try
            {
                await _program.WriteLineAsync(line);
            }
            catch (IOException)
            {
                // It was killed.
            }
        }
    }
}
