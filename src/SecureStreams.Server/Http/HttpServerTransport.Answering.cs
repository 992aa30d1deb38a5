using System.Globalization;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using SecureStreams.Transports;

namespace SecureStreams.Server.Http;

/// <summary>The answer: its head with the first of its payload, its end with the last.</summary>
internal sealed partial class HttpServerTransport
{
    private const int NotFound = 404;
    private const int ServerError = 500;

    private Task _write = Task.CompletedTask;
    private int _status;
    private int _failStatus;
    private bool _headSent;
    private bool _writing;
    private bool _answered;
    private bool _hasNoBody;
    private bool _isCutOff;
    private Exception? _writeError;

    /// <inheritdoc/>
    public override bool AnnounceLengthOnMailbox(long length)
    {
        if (_headSent)
            return true;
        _writer.Announced = length;

        // Nothing is there to be asked for, or nobody wants it (HEAD). In a turn of its own: what else the callback has to say comes before it.
        if (_writer.IsOnlyHead)
            Post(Work.EndEmpty);
        return true;
    }

    /// <inheritdoc/>
    public override void ServerAckOnMailbox(int status)
    {
        if (!_headSent)
            _status = status;
    }

    /// <summary>Sends what was released.</summary>
    /// <returns>Whether more can be put in at once.</returns>
    public bool FlushOnMailbox()
    {
        if (_writing || _ended)
            return false;
        if (_writer.IsHeadOnly)
            _writer.EndEmpty();
        if (_writer.IsShort)
        {
            _isCutOff = true;
            _failStatus = ServerError;
            EndOnMailbox(new TransportFailure(SsPhase.Payload, SsCauseCode.PayloadLengthMismatch,
                string.Create(CultureInfo.InvariantCulture, $"The application ended its answer before the {_writer.Announced} bytes that it announced; announce what is sent, or nothing."))
            {
                Endpoint = EndpointOnMailbox,
            });
            return false;
        }

        var write = WriteAsync();
        if (write.IsCompletedSuccessfully)
        {
            _writer.Return();
            if (_writer.HasEnded)
                AnsweredOnMailbox();
            return !_writer.HasEnded;
        }

        _writing = true;
        _write = AwaitAsync(write);
        return false;
    }

    private void AnsweredOnMailbox()
    {
        _answered = true;
        EndOnMailbox(null);
    }

    private async Task WriteAsync()
    {
        if (!_headSent)
        {
            WriteHead(_status == 0 ? NotFound : _status, _plan.NoContentLength ? null : _writer.Announced, withHeaders: true);
            _headSent = true;
            if (_writer.IsHeadOnly || !HttpAnswerHead.HasBody(_exchange.Response.StatusCode))
                _hasNoBody = true;
            BeginTrailers();
        }

        var bytes = _writer.Take();
        var ends = _writer.HasEnded;
        if (ends && !_plan.Trailers.IsEmpty)
            AddTrailers(TrailersOnMailbox());
        if (_chunksItself)
        {
            WriteChunk(bytes.Span, ends);
            Check(await _exchange.Answer.Writer.FlushAsync(CancellationToken.None).ConfigureAwait(false));
        }
        else if (bytes.Length > 0 && !_hasNoBody)
        {
            Check(await _exchange.Answer.Writer.WriteAsync(bytes, CancellationToken.None).ConfigureAwait(false));
        }

        if (ends)
            await _exchange.Answer.CompleteAsync().ConfigureAwait(false);
    }

    /// <exception cref="TransportException">The application has set what no header can have; nothing of it is left, and the answer says 500.</exception>
    private void WriteHead(int status, long? length, bool withHeaders)
    {
        try
        {
            HttpAnswerHead.Write(_plan, _setup.Metadata, _exchange, status, length, withHeaders);
        }
        catch (TransportException) when (withHeaders && !_exchange.Response.HasStarted)
        {
            _exchange.Response.Headers.Clear();
            _failStatus = ServerError;
            throw;
        }
    }

    private static void Check(FlushResult flushed)
    {
        if (flushed.IsCompleted)
            throw new IOException("The client takes no more of the answer.");
    }

    private async Task AwaitAsync(Task write)
    {
        try
        {
            await write.ConfigureAwait(false);
        }
        catch (Exception error)
        {
            _writeError = error;
        }

        Post(Work.Written);
    }

    private void WrittenOnMailbox()
    {
        _writing = false;
        _writer.Return();
        if (_writeError is { } error)
            EndOnMailbox(Explain(error));
        else if (_writer.HasEnded)
            AnsweredOnMailbox();
        else if (MayWrite)
            _setup.Sink.WritableOnMailbox(this, due: false);
    }

    /// <summary>Completes an answer that has not begun, and cuts one off that has not ended: half of one must not pass for the whole.</summary>
    private async Task FinishAnswerAsync()
    {
        if (_answered)
            return;
        if (_headSent)
        {
            if (!_writer.HasEnded || _isCutOff || _writeError is not null)
                _exchange.Lifetime.Abort();
            await _write.ConfigureAwait(false);
            return;
        }

        _headSent = true;
        if (_exchange.Lifetime.RequestAborted.IsCancellationRequested)
            return;
        var status = _failStatus != 0 ? _failStatus : _status != 0 ? _status : NotFound;
        try
        {
            WriteHead(status, 0, withHeaders: _failStatus == 0 && _status != ServerError);
        }
        catch (TransportException unsendable)
        {
            _failure = unsendable.Failure;
            WriteHead(ServerError, 0, withHeaders: false);
        }

        await _exchange.Answer.CompleteAsync().ConfigureAwait(false);
    }
}
