using Amavis.Engine.Hooks;

namespace RouteByHeader;

/// <summary>
/// Sends mail with a certain header field to a next hop of its own, gives points to mail without a Message-ID, and logs what became of
/// it. Options: <c>field</c>, <c>value</c>, <c>method</c>, <c>points</c>.
/// </summary>
public sealed class RouteByHeaderHook : IMailHook
{
    private readonly string _field;
    private readonly string _value;
    private readonly string _method;
    private readonly double _points;

    public RouteByHeaderHook(IReadOnlyDictionary<string, string> options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _field = options.GetValueOrDefault("field", "X-Route");
        _value = options.GetValueOrDefault("value", "");
        _method = options.GetValueOrDefault("method", "");
        _points = double.Parse(options.GetValueOrDefault("points", "0"), System.Globalization.CultureInfo.InvariantCulture);
        if (_method.Length == 0)
            throw new ArgumentException("the option \"method\" is missing, such as smtp:[192.0.2.1]:25");
    }

    public string Name => "route-by-header";

    public ValueTask<MailHookRun?> BeginAsync(HookMessage message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        var isRouted = message.Header.First(_field) is { } field && field.Unfolded().Contains(_value, StringComparison.OrdinalIgnoreCase);
        var isSuspicious = message.Facts.MessageId is null && _points != 0;
        // Most messages are of no interest: null costs nothing further.
        return ValueTask.FromResult<MailHookRun?>(isRouted || isSuspicious ? new Run(this, message, isRouted, isSuspicious) : null);
    }

    private sealed class Run(RouteByHeaderHook hook, HookMessage message, bool isRouted, bool isSuspicious) : MailHookRun
    {
        public override ValueTask CheckedAsync(HookFindings findings, CancellationToken cancellationToken)
        {
            if (isSuspicious)
                for (var i = 0; i < findings.Recipients.Count; i++)
                    findings.AddScore(i, "NO_MESSAGE_ID", hook._points);
            return ValueTask.CompletedTask;
        }

        public override ValueTask SendingAsync(HookDelivery delivery, CancellationToken cancellationToken)
        {
            if (!isRouted)
                return ValueTask.CompletedTask;
            for (var i = 0; i < delivery.Verdicts.Count; i++)
                delivery.SetMethod(i, hook._method);
            delivery.AddField("X-Routed-By", hook.Name);
            return ValueTask.CompletedTask;
        }

        public override ValueTask DoneAsync(HookResult result, CancellationToken cancellationToken)
        {
            message.Log(2, $"{message.MailId} ended with {result.Reply.Code}, {string.Join(',', result.Actions)}");
            return ValueTask.CompletedTask;
        }
    }
}
