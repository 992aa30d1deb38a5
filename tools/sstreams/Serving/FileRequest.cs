using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.AspNetCore.WebUtilities;

namespace SecureStreams.Tool.Serving;

/// <summary>Answers a request with a file, a part of it, or why there is none. The file is read as fast as the client takes it.</summary>
internal sealed class FileRequest(FileRoot root, bool takesUpgrades, ServeReport report) : ServedStream(takesUpgrades, report)
{
    private static readonly FileExtensionContentTypeProvider Types = new();

    private ServedFile? _file;
    private byte[]? _text;
    private long _next;
    private long _left;
    private bool _isHead;

    public override SsTransmitResult OnTransmit(SecureStream stream, scoped ref SsTransmit tx)
    {
        if (_left == 0)
            return SsTransmitResult.Nothing;
        do
        {
            var room = tx.Buffer;
            room = room[..(int)Math.Min(room.Length, _left)];
            if (!TryRead(room, out var count))
                return SsTransmitResult.Disconnect;
            _next += count;
            _left -= count;
            Commit(ref tx, count, _left == 0 ? SsTxFlags.EndOfMessage : SsTxFlags.None);
        }
        while (_left > 0 && tx.MoreRoom);

        if (_left > 0)
            stream.RequestTransmit();
        return SsTransmitResult.Send;
    }

    protected override void OnRequest(SecureStream stream)
    {
        var method = stream.GetMetadata(ServeOverlay.Method);
        _isHead = method == "HEAD";
        if (method is not ("GET" or "HEAD"))
        {
            stream.SetMetadata("allow", "GET, HEAD");
            Refuse(stream, 405);
            return;
        }

        var found = root.Find(stream.GetMetadata(ServeOverlay.Path));
        if (found.File is { } file)
        {
            _file = file;
            Send(stream, file);
            return;
        }

        if (found.Location is { } location)
            stream.SetMetadata("location", location);
        Refuse(stream, found.Status);
    }

    // No file is one.
    protected override void OnUpgrade(SecureStream stream) => Refuse(stream, 404);

    protected override void OnPayload(SecureStream stream, ReadOnlySpan<byte> payload, SsRxFlags flags)
    {
        // What is sent with a GET means nothing.
    }

    protected override void OnEnded(SecureStream stream)
    {
        _file?.Dispose();
        _file = null;
    }

    private void Send(SecureStream stream, ServedFile file)
    {
        stream.SetMetadata("etag", file.Tag);
        stream.SetMetadata("last-modified", FileConditions.Text(file.Written));
        if (FileConditions.IsUnchanged(stream.GetMetadata("if-none-match"), stream.GetMetadata("if-modified-since"), file))
        {
            Answer(stream, 304);
            stream.RequestTransmit(0);
            return;
        }

        stream.SetMetadata("accept-ranges", "bytes");
        var part = _isHead ? null : FileConditions.PartOf(stream.GetMetadata("range"), stream.GetMetadata("if-range"), file);
        if (part is { Count: < 0 })
        {
            stream.SetMetadata("content-range", string.Create(CultureInfo.InvariantCulture, $"bytes */{file.Length}"));
            Refuse(stream, 416);
            return;
        }

        stream.SetMetadata("content-type", TypeOf(file.Name));
        stream.SetMetadata("x-content-type-options", "nosniff");
        (_next, _left) = part ?? (0, file.Length);
        if (part is not null)
            stream.SetMetadata("content-range", string.Create(CultureInfo.InvariantCulture, $"bytes {_next}-{_next + _left - 1}/{file.Length}"));
        Answer(stream, part is null ? 200 : 206);
        Announce(stream);
    }

    private void Refuse(SecureStream stream, int status)
    {
        _text = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{status} {ReasonPhrases.GetReasonPhrase(status)}\n"));
        (_next, _left) = (0, _text.Length);
        stream.SetMetadata("content-type", "text/plain; charset=utf-8");
        Answer(stream, status);
        Announce(stream);
    }

    // Who asks for the head alone is told the length, and nothing is read for it.
    private void Announce(SecureStream stream)
    {
        stream.RequestTransmit(_left);
        if (_isHead)
            _left = 0;
    }

    private bool TryRead(Span<byte> room, out int count)
    {
        count = 0;
        if (_text is not null)
        {
            count = room.Length;
            _text.AsSpan((int)_next, count).CopyTo(room);
            return true;
        }

        try
        {
            count = _file!.Read(room, _next);
            if (count > 0)
                return true;
            Warn($"{_file.Name} became shorter while it was sent; the answer is cut off");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Warn($"{_file!.Name} cannot be read: {error.Message}; the answer is cut off");
        }

        return false;
    }

    private static string TypeOf(string name) => !Types.TryGetContentType(name, out var type) ? "application/octet-stream"
        : type.StartsWith("text/", StringComparison.Ordinal) || type is "application/json" ? type + "; charset=utf-8"
        : type;
}
