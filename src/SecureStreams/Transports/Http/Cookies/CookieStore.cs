using System.Net.Http.Headers;
using Microsoft.Extensions.Logging;

namespace SecureStreams.Transports.Http.Cookies;

/// <summary>The context's cookies, and the file that keeps them where there is a folder of state. From any thread.</summary>
internal sealed class CookieStore : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly string? _path;
    private readonly CookieJar _jar = new();
    private Task _saving = Task.CompletedTask;
    private long _saved;
    private bool _isSaving;

    /// <summary>Reads what was kept. What cannot be read is told, and nothing is kept then, so that nothing is overwritten.</summary>
    public CookieStore(string? stateFolder, TimeProvider time, ILogger logger)
    {
        _time = time;
        _logger = logger;
        if (stateFolder is null)
            return;
        var path = System.IO.Path.Combine(stateFolder, CookieFile.Name);
        try
        {
            BlobFile.PrepareFolder(stateFolder);
            UnfinishedFiles.Sweep(stateFolder, CookieFile.Unfinished, time.GetUtcNow());
            foreach (var cookie in CookieFile.Read(path))
                _jar.Restore(cookie, time.GetUtcNow());
            _path = path;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or SsBlobException)
        {
            HttpLog.CookiesNotRead(logger, path, error.Message);
        }
    }

    /// <summary>The Cookie header of a request; null where there are none for it.</summary>
    public string? HeaderFor(Uri uri, string? unixPath) => _jar.HeaderFor(CookieOrigin.Of(uri, unixPath), _time.GetUtcNow());

    /// <summary>Takes what an answer sets.</summary>
    public void Take(Uri uri, string? unixPath, HttpResponseHeaders headers)
    {
        if (!headers.NonValidated.TryGetValues("Set-Cookie", out var lines))
            return;
        var origin = CookieOrigin.Of(uri, unixPath);
        var now = _time.GetUtcNow();
        foreach (var line in lines)
            _jar.Set(origin, line, now);
        SaveSoon();
    }

    /// <summary>Completes when all that was taken is on the disk.</summary>
    public async ValueTask DisposeAsync()
    {
        Task saving;
        lock (_lock)
            saving = _saving;
        await saving.ConfigureAwait(false);
    }

    private void SaveSoon()
    {
        if (_path is null)
            return;
        lock (_lock)
        {
            if (_isSaving || _jar.Changes == _saved)
                return;
            _isSaving = true;
            _saving = Task.Run(Save);
        }
    }

    /// <summary>Until nothing has changed meanwhile; many changes at once are one file.</summary>
    private void Save()
    {
        while (true)
        {
            var (cookies, changes) = _jar.Persistent(_time.GetUtcNow());
            try
            {
                CookieFile.Write(_path!, cookies);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                HttpLog.CookiesNotSaved(_logger, _path!, error.Message);
            }

            lock (_lock)
            {
                // A file that could not be written is tried again with the next change.
                _saved = changes;
                if (_jar.Changes == changes)
                {
                    _isSaving = false;
                    return;
                }
            }
        }
    }
}
