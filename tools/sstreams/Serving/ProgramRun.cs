using System.Buffers;
using System.ComponentModel;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;

namespace SecureStreams.Tool.Serving;

/// <summary>One program, between the stream's mailbox and its pipes: what it is given waits here, and what it says, each a bounded amount; the mailbox never waits for it.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The process is released when it has ended; sources without a timer or a link to others hold nothing to release, and Kill may come later.")]
internal sealed class ProgramRun
{
    private const int PieceBytes = 16 * 1024;
    private const int ReadAheadBytes = 64 * 1024;

    private readonly Process _process;
    private readonly SecureStream _stream;
    private readonly ServeReport _report;
    private readonly Pipe _input = new(new PipeOptions(pauseWriterThreshold: 0, useSynchronizationContext: false));
    private readonly Pipe _output = new(new PipeOptions(pauseWriterThreshold: ReadAheadBytes, resumeWriterThreshold: ReadAheadBytes / 2, useSynchronizationContext: false));
    private readonly CancellationTokenSource _unwanted = new();
    private readonly CancellationTokenSource _takesNoMore = new();
    private readonly int _high;
    private readonly int _low;
    private long _waiting;
    private int _paused;
    private int _starved;
    private bool _inputEnded;

    public ProgramRun(Process process, SecureStream stream, ServeReport report)
    {
        (_process, _stream, _report) = (process, stream, report);
        (_high, _low) = (stream.Traits.ReceiveWatermarkHigh, stream.Traits.ReceiveWatermarkLow);
        Completion = RunAsync();
    }

    /// <summary>Completes when the program has ended and nothing of it is left.</summary>
    public Task Completion { get; }

    /// <summary>What it ended with, once its output has ended.</summary>
    public int ExitCode { get; private set; }

    /// <summary>Gives it something. On the mailbox.</summary>
    public void Give(ReadOnlySpan<byte> payload)
    {
        // A program need not take what it is given.
        if (_inputEnded || _takesNoMore.IsCancellationRequested)
            return;
        _input.Writer.Write(payload);
        var waiting = Interlocked.Add(ref _waiting, payload.Length);
        Flush();
        if (waiting < _high || Volatile.Read(ref _paused) != 0)
            return;

        // In this order, and with a second look: the pump resumes only what it sees paused, and it may have given everything by now.
        _stream.PauseReceive();
        Volatile.Write(ref _paused, 1);
        ResumeIfGiven();
    }

    /// <summary>It is given nothing more. On the mailbox.</summary>
    public void EndInput()
    {
        _inputEnded = true;
        _input.Writer.Complete();
    }

    /// <summary>What it has said and nobody has taken; false when it has to be waited for, and the stream is asked to send then. On the mailbox.</summary>
    public bool TryRead(out ReadResult read)
    {
        while (!_output.Reader.TryRead(out read))
        {
            // Something may have come between the look and the mark: look again before waiting to be woken.
            if (Interlocked.Exchange(ref _starved, 1) == 1)
                return false;
        }

        Interlocked.Exchange(ref _starved, 0);
        return true;
    }

    /// <summary>So much of it is taken. On the mailbox.</summary>
    public void Take(SequencePosition end) => _output.Reader.AdvanceTo(end);

    /// <summary>Nobody wants anything of it any more: it is ended, with all that it has started. May be called again.</summary>
    public void Kill()
    {
        // On the pool: what waits for it goes on there, and looking for all that it has started takes its time.
        _ = _unwanted.CancelAsync();
    }

    private async Task RunAsync()
    {
        // What follows is no part of the callback that starts it.
        await Task.Yield();
        using (_unwanted.Token.UnsafeRegister(static state => ((ProgramRun)state!).KillProcess(), this))
        {
            var giving = GiveAllAsync();
            await ReadAllAsync();
            await _process.WaitForExitAsync();
            ExitCode = _process.ExitCode;
            await _output.Writer.CompleteAsync();
            Wake();

            // Who holds its input now is not it.
            await _takesNoMore.CancelAsync();
            _input.Reader.CancelPendingRead();
            await giving;
        }

        _process.Dispose();
    }

    private async Task ReadAllAsync()
    {
        // Nobody else closes it.
        await using var output = _process.StandardOutput.BaseStream;
        try
        {
            int count;
            while ((count = await output.ReadAsync(_output.Writer.GetMemory(PieceBytes), _unwanted.Token)) > 0)
            {
                _output.Writer.Advance(count);
                var flushed = _output.Writer.FlushAsync(_unwanted.Token);
                Wake();
                await flushed;
            }
        }
        catch (OperationCanceledException)
        {
            // Nobody wants it.
        }
        catch (IOException error)
        {
            _report.Warning($"{_stream.StreamType} #{_stream.Id}: the output of the program cannot be read: {error.Message}");
        }
    }

    /// <summary>Gives it what has come, until it takes no more: the rest is dropped, so that whoever sends is not held up.</summary>
    private async Task GiveAllAsync()
    {
        var input = _process.StandardInput.BaseStream;
        ReadResult read;
        do
        {
            read = await _input.Reader.ReadAsync();
            foreach (var piece in read.Buffer)
                await GiveAsync(input, piece);
            var count = read.Buffer.Length;
            _input.Reader.AdvanceTo(read.Buffer.End);
            Interlocked.Add(ref _waiting, -count);
            ResumeIfGiven();
        }
        while (!read.IsCanceled && !read.IsCompleted);

        await input.DisposeAsync();
    }

    private async ValueTask GiveAsync(Stream input, ReadOnlyMemory<byte> piece)
    {
        if (_takesNoMore.IsCancellationRequested)
            return;
        try
        {
            await input.WriteAsync(piece, _takesNoMore.Token);
        }
        catch (OperationCanceledException)
        {
            // It has ended.
        }
        catch (IOException)
        {
            // It has closed its input, as it may.
            await _takesNoMore.CancelAsync();
        }
    }

    private void KillProcess()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception error) when (error is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It has ended by itself, or another user's program among what it started is not ours to end.
        }
    }

    private void Flush()
    {
        // Without a threshold it never waits.
        var flushed = _input.Writer.FlushAsync();
        if (flushed.IsCompleted)
            flushed.GetAwaiter().GetResult();
    }

    private void Wake()
    {
        if (Interlocked.Exchange(ref _starved, 0) == 1)
            Ask(static stream => stream.RequestTransmit());
    }

    private void ResumeIfGiven()
    {
        if (Interlocked.Read(ref _waiting) <= _low && Interlocked.Exchange(ref _paused, 0) == 1)
            Ask(static stream => stream.ResumeReceive());
    }

    private void Ask(Action<SecureStream> what)
    {
        try
        {
            what(_stream);
        }
        catch (ObjectDisposedException)
        {
            // It ended meanwhile.
        }
    }
}
